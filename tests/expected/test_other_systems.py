"""What order, carrier and wholesale systems read: availability, readiness, prices, people, fields."""

from decimal import Decimal

import pytest


def test_what_can_be_sold_is_told_in_four_ways(shop):
    """Incoming is added and holding taken off, each by itself and both."""
    shop.on_hand(1, 1, 10, open_sales=4, incoming=3, holding=2)
    [row] = shop.tables()["available_to_sell"]
    assert (row["available"], row["available_plus_incoming"]) == (6, 9)
    assert (row["available_less_holding"], row["available_plus_incoming_less_holding"]) == (4, 7)


def ready_order(shop, **changes):
    """Readiness of an order that lacks only what `changes` take away."""
    ready = {"stage": " fully PICKED", "dispatched_at": None, "delivery_country": "Australia"}
    line = shop.line(quantity=5, done=1)
    shop.sale(1, line, **(ready | changes))
    return shop.tables(shop.lookback(days=900))["order_readiness"]


def test_an_order_that_lacks_nothing_is_ready(shop):
    """All five criteria together make an order ready to ship."""
    [row] = ready_order(shop)
    assert (row["is_ready"], row["missing"]) == (True, None)


@pytest.mark.parametrize(
    ("changes", "missing"),
    [
        ({"is_approved": False}, "approved"),
        ({"stage": "Picked"}, "fully_picked"),
        ({"created_at": "2026-04-15"}, "recent"),
        ({"created_at": "2026-04-16"}, None),
        ({"created_at": "2026-04-15", "due_at": "2026-06-15"}, None),
        ({"created_at": "2026-04-15", "due_at": "2026-06-16"}, "recent"),
        ({"delivery_country": " "}, "delivery_country"),
        ({"delivery_country": None, "stage": ""}, "fully_picked, delivery_country"),
        ({"lines": ()}, "dispatch_quantity"),
    ],
)
def test_each_missing_criterion_is_named(shop, changes, missing):
    """What an order lacks stands in a fixed order."""
    lines = changes.pop("lines", None)
    [row] = ready_order(shop, **changes)
    if lines is not None:
        shop.change(1, lines=lines)
        [row] = shop.tables()["order_readiness"]
    assert (row["missing"], row["is_ready"]) == (missing, missing is None)


def test_quantities_of_components_make_no_order_ready(shop):
    """Only what was ordered itself counts as ready for dispatch."""
    shop.sale(1, shop.line(1), shop.line(2, done=1, parent_id=1), dispatched_at=None)
    assert not shop.tables()["order_readiness"][0]["has_dispatch_quantity"]


def test_finished_orders_are_not_judged(shop):
    """A dispatched or void order waits for nothing."""
    shop.sale(1, shop.line(1))
    shop.sale(2, shop.line(2), dispatched_at=None, is_void=True)
    assert shop.tables()["order_readiness"] == []


def test_every_selling_price_is_listed(shop):
    """A key is a tier and three capitals; costs are no prices."""
    prices = {"wholesaleAUD": 5, "vipUSD": 4, "costAUD": 2, "specialPrice": 1, "CostUSD": 2}
    shop.option(2, "B", prices={tier: Decimal(price) for tier, price in prices.items()})
    rows = shop.tables(price_tier="VIP")["price_list"]
    shown = [(r["tier"], r["currency"], r["price"], r["is_default_tier"], r["sku"]) for r in rows]
    assert shown == [("wholesale", "AUD", 5, False, "B"), ("vip", "USD", 4, True, "B")]


def test_customers_are_all_contacts_but_suppliers(shop):
    """What they bought is counted in orders that are sales."""
    shop.contact(8, "Mill", type="Supplier")
    shop.contact(9, "Office", type="Internal")
    shop.sale(1, shop.line(1), shop.line(2), member_id=7)
    shop.sale(2, shop.line(3), member_id=7, dispatched_at="2026-06-04")
    shop.sale(3, shop.line(4), member_id=7, dispatched_at=None)
    rows = {row["customer_id"]: row for row in shop.tables()["customers"]}
    assert set(rows) == {7, 9}
    assert (rows[7]["order_count"], str(rows[7]["last_sold_on"])) == (2, "2026-06-04")
    assert (rows[9]["order_count"], rows[9]["last_sold_on"]) == (0, None)
    assert (rows[7]["company"], rows[7]["group"]) == ("Corner Store", "VIP")


def test_an_address_is_shared_whatever_its_case(shop):
    """Anybody with the same address makes a duplicate; as an issue only customers do."""
    shop.contact(8, "", email=" 7@Example.com")
    shop.contact(9, "", email="office@example.com")
    shop.contact(10, "", email="office@example.com", type="Supplier")
    shop.contact(11, "", email="")
    shop.contact(12, "", email=" ")
    rows = shop.tables()["customers"]
    assert [r["customer_id"] for r in rows if r["is_duplicate_email"]] == [7, 8, 9]
    assert shop.issues("duplicate_customer_email") == [7, 8]
    assert shop.issues("customer_email_missing") == [11, 12]


@pytest.mark.parametrize(
    ("email", "is_usable"),
    [
        ("a@b.c", True),
        ("a@b", False),
        ("@b.c", False),
        ("a.b@c", False),
        ("a@b@c.d", False),
        ("a b@c.d", False),
    ],
)
def test_an_address_has_one_at_and_a_dot_behind_it(shop, email, is_usable):
    """What cannot be an address is reported for customers only."""
    shop.contact(8, "", email=email)
    shop.contact(9, "", email=email, type="Internal")
    rows = {row["customer_id"]: row["is_email_usable"] for row in shop.tables()["customers"]}
    assert (rows[8], rows[9]) == (is_usable, is_usable)
    assert shop.issues("customer_email_invalid") == ([] if is_usable else [8])


@pytest.mark.parametrize(
    ("state", "changes"),
    [
        ("invalid", {"member_id": 8}),
        ("missing", {"member_id": 9}),
        ("missing", {"member_id": 99}),
        ("missing", {"member_id": 9, "is_approved": False}),
        (None, {"member_id": 7}),
        (None, {"member_id": 0}),
        (None, {"member_id": 8, "is_void": True}),
        (None, {"member_id": 9, "dispatched_at": "2026-06-02"}),
    ],
)
def test_an_open_order_carries_its_customers_address(shop, state, changes):
    """A customer that nobody knows has none, and an order that names no customer needs none."""
    shop.contact(8, "", email="no address")
    shop.contact(9, "", email=" ")
    shop.sale(1, shop.line(1), **({"dispatched_at": None} | changes))
    assert shop.issues("member_email_invalid") == ([1] if state == "invalid" else [])
    assert shop.issues("member_email_missing") == ([1] if state == "missing" else [])


def test_custom_fields_are_those_that_settings_name(shop):
    """Records that are not gone show their value under the settings' name, blanks are left out."""
    shop.contact(8, "", custom_fields={"members_1": "x"})
    shop.sale(1, shop.line(1), custom_fields={"orders_1": "red", "orders_2": "y"})
    shop.sale(2, shop.line(2), custom_fields={"orders_1": ""})
    shop.transfer(3, shop.line(3), custom_fields={"orders_1": "z"})
    shop.sale(4, shop.line(4), custom_fields={"orders_1": "gone"})
    shop.change(4, deleted_at="2026-06-10")
    settings = [
        ("sales_orders", "orders_1", "colour"),
        ("contacts", "members_1", "link"),
        ("branch_transfers", "orders_1", "carrier"),
    ]
    reads = shop.lookback("2026-06-05"), shop.lookback()
    rows = shop.tables(*reads, custom_fields=settings)["custom_fields"]
    names = ("document_kind", "document_id", "name", "value", "cin7_field")
    assert [tuple(row[name] for name in names) for row in rows] == [
        ("sales_order", 1, "colour", "red", "orders_1"),
        ("contact", 8, "link", "x", "members_1"),
        ("transfer", 3, "carrier", "z", "orders_1"),
    ]
