"""Our figures beside Cin7's own."""


def compared(tables):
    """Ours and Cin7's, per measure and warehouse."""
    return {
        (row["measure"], row["warehouse"]): (row["ours"], row["cin7"], row["difference"])
        for row in tables["reconciliation"]
    }


def test_active_purchase_orders_stand_beside_incoming(shop):
    """Drafts and received orders bring nothing."""
    shop.on_hand(1, 1, 0, incoming=4)
    shop.purchase(1, shop.line(1, quantity=5, done=2))
    shop.purchase(2, shop.line(2), is_approved=False)
    shop.purchase(3, shop.line(3), branch_id=77)
    assert compared(shop.tables()) == {
        ("incoming", "North"): (3, 4, -1),
        ("incoming", "unmapped"): (1, 0, 1),
    }


def test_components_and_not_their_kits_stand_beside_open_sales(shop):
    """Whatever is approved and undispatched is reserved; a kit is reserved as its components."""
    shop.option(2, "K")
    shop.option(3, "B")
    shop.on_hand(1, 1, 0, open_sales=4)
    shop.sale(
        1,
        shop.line(1, option_id=2, quantity=2),
        shop.line(2, quantity=4, done=1, parent_id=1),
        shop.line(3, quantity=1, done=3),
        shop.line(4, option_id=0),
        dispatched_at=None,
        source="Shopify",
    )
    shop.sale(2, shop.line(5, quantity=9), dispatched_at=None, is_approved=False)
    shop.sale(3, shop.line(6, quantity=9))
    found = compared(shop.tables())
    assert found["open_sales", "North"] == (3, 4, -1)
    assert found["available", "North"] == (-4, -4, 0)
    assert len(found) == 2


def test_active_transfers_stand_beside_the_holding_of_their_source(shop):
    """What left is held where it came from, also inside one warehouse."""
    shop.on_hand(1, 1, 0, holding=7)
    shop.transfer(1, shop.line(1, quantity=3), dispatched_at="2026-06-10")
    shop.transfer(2, shop.line(2, quantity=4), dispatched_at="2026-06-10", destination_branch_id=1)
    shop.transfer(3, shop.line(3, quantity=5))
    assert compared(shop.tables()) == {("holding", "North"): (7, 7, 0)}


def test_nothing_on_either_side_is_no_row(shop):
    """Zeros are not compared."""
    shop.on_hand(1, 1, 5)
    assert compared(shop.tables()) == {("available", "North"): (5, 5, 0)}
