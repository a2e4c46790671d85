"""What sold kits took of their components, and what is wrong with bills of materials."""

import pytest


@pytest.fixture
def kit_shop(shop):
    """The shop with a kit (option 2, SKU K) of two A and one B."""
    shop.product(2, order_type="KIT")
    shop.option(2, "K", product_id=2)
    shop.option(3, "B")
    shop.bom(1, 2, (1, 2), (3, 1))
    return shop


def taken(shop):
    """What kits took, per basis and SKU: quantity and number of kit lines."""
    return {
        (row["basis"], row["sku"]): (row["quantity"], row["kit_count"])
        for row in shop.tables()["component_demand_daily"]
    }


def test_component_lines_tell_what_a_kit_took(kit_shop):
    """Where an order lists components they count, whatever the bill of materials says."""
    kit_shop.sale(
        1,
        kit_shop.line(1, option_id=2, quantity=2),
        kit_shop.line(2, quantity=5, done=3, parent_id=1),
        kit_shop.line(3, quantity=9),
        kit_shop.line(4, option_id=0, parent_id=1),
    )
    assert taken(kit_shop) == {("order_lines", "A"): (3, 1)}


def test_without_component_lines_the_bill_of_materials_tells(kit_shop):
    """A kit sold alone, or with components that are no items, took what its BOM lists."""
    kit_shop.sale(1, kit_shop.line(1, option_id=2, quantity=2))
    kit_shop.sale(
        2,
        kit_shop.line(2, option_id=2, quantity=3, done=1),
        kit_shop.line(3, option_id=0, parent_id=2),
    )
    assert taken(kit_shop) == {("bom", "A"): (6, 2), ("bom", "B"): (3, 2)}


def test_only_sold_kits_take_components(kit_shop):
    """Open orders, items that are no kit and kits without a BOM take nothing."""
    kit_shop.option(4, "K2", product_id=2)
    kit_shop.bom(2, 1, (3, 1))
    kit_shop.sale(1, kit_shop.line(1, option_id=2), dispatched_at=None)
    kit_shop.sale(2, kit_shop.line(2), kit_shop.line(3, option_id=4))
    assert taken(kit_shop) == {}


def test_component_demand_stands_where_and_when_the_kit_was_sold(kit_shop):
    """Warehouse and day are the kit's."""
    kit_shop.sale(1, kit_shop.line(1, option_id=2), branch_id=2, invoiced_at="2026-06-04")
    rows = kit_shop.tables()["component_demand_daily"]
    assert {(row["warehouse"], str(row["sold_on"]), row["size"]) for row in rows} == {
        ("South", "2026-06-04", "")
    }


def test_a_component_with_a_bom_is_taken_apart_further(kit_shop):
    """Only what is not made of anything else is demand, and a part may come up on several ways."""
    kit_shop.option(4, "C")
    kit_shop.bom(2, 3, (4, 2), (1, 1))
    kit_shop.sale(1, kit_shop.line(1, option_id=2, quantity=3))
    assert taken(kit_shop) == {("bom", "A"): (9, 1), ("bom", "C"): (6, 1)}


def test_a_cycle_is_cut_where_it_closes_and_reported(kit_shop):
    """A way back adds nothing; the smallest BOM of each cycle is named."""
    kit_shop.bom(5, 3, (2, 4), (1, 1))
    kit_shop.bom(6, 1, (7, 1))
    kit_shop.option(7, "D")
    kit_shop.bom(8, 7, (7, 1))
    kit_shop.sale(1, kit_shop.line(1, option_id=2, quantity=2))
    assert kit_shop.issues("bom_cycle") == [1, 8]
    assert taken(kit_shop) == {}


def test_a_component_that_is_no_item_is_left_out_and_reported(kit_shop):
    """A component is an item by its option; a sized option has none without a size."""
    kit_shop.option(4, "S-M", size="M")
    kit_shop.product(5, order_type="Kit")
    kit_shop.option(5, "K5", product_id=5)
    kit_shop.bom(2, 5, (4, 1), (99, 1), (3, 1))
    kit_shop.sale(1, kit_shop.line(1, option_id=5))
    assert taken(kit_shop) == {("bom", "B"): (1, 1)}
    issues = [
        (row["document_id"], row["line_id"])
        for row in kit_shop.tables()["data_issues"]
        if row["issue"] == "bom_component_unknown"
    ]
    assert issues == [(2, 201), (2, 202)]


@pytest.mark.parametrize("newer", [2, 9])
def test_of_two_boms_for_one_product_the_newer_counts(kit_shop, newer):
    """One bill of materials is the basis, never the sum of several; the greatest id is the newest."""
    kit_shop.bom(newer, 2, (3, 7))
    kit_shop.boms.reverse()
    kit_shop.sale(1, kit_shop.line(1, option_id=2))
    assert taken(kit_shop) == {("bom", "B"): (7, 1)}


def test_a_bom_that_a_newer_one_replaced_closes_no_cycle(kit_shop):
    """What does not count is not taken apart, so nothing comes back through it."""
    kit_shop.bom(5, 3, (2, 1))
    assert kit_shop.issues("bom_cycle") == [1]
    kit_shop.bom(6, 3, (1, 1))
    assert kit_shop.issues("bom_cycle") == []
