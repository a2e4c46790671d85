"""Sales, open sales, returns, and what is left out of them."""

from decimal import Decimal

import pytest


def rules(tables, kind="sales_order"):
    """The rules that leave out lines of a kind of document."""
    return [row["rule"] for row in tables["excluded_lines"] if row["document_kind"] == kind]


def test_a_dispatched_order_is_sold_on_its_invoice_date(shop):
    """The invoice dates a sale, the dispatch does where there is no invoice; both are local."""
    shop.sale(1, shop.line(), invoiced_at="2026-06-04 14:00", dispatched_at="2026-06-02 00:00")
    shop.sale(2, shop.line(), dispatched_at="2026-06-02 13:59")
    first, second = shop.tables()["sales_lines"]
    assert (str(first["sold_on"]), first["sold_on_basis"]) == ("2026-06-05", "invoice")
    assert (str(second["sold_on"]), second["sold_on_basis"]) == ("2026-06-02", "dispatch")


def test_the_quantity_sold_is_what_was_shipped_or_else_ordered(shop):
    """A line without any shipped quantity counts as ordered; the discount is the line's."""
    shop.sale(
        1,
        shop.line(1, quantity=5, done=4, unit_price=Decimal("1.005"), discount=2),
        shop.line(2, quantity=5, unit_price=3),
    )
    shipped, ordered = shop.tables()["sales_lines"]
    assert (shipped["quantity"], shipped["ordered_quantity"]) == (4, 5)
    assert str(shipped["net_amount"]) == "2.0200"
    assert (ordered["quantity"], ordered["net_amount"]) == (5, 15)


@pytest.mark.parametrize(
    ("changes", "rule"),
    [
        ({"is_void": True, "is_approved": False}, "void"),
        ({"is_approved": False, "dispatched_at": None}, "draft"),
        ({"dispatched_at": None}, "undispatched"),
        ({"source": "SHOPIFY POS"}, "channel_excluded"),
    ],
)
def test_an_order_that_is_no_sale_stands_in_the_exclusions(shop, changes, rule):
    """Each state has one rule, and the excluded line shows what the sale would have been."""
    shop.sale(1, shop.line(quantity=2, unit_price=3), **changes)
    tables = shop.tables()
    assert tables["sales_lines"] == []
    assert rules(tables) == [rule]
    assert (tables["excluded_lines"][0]["quantity"], tables["excluded_lines"][0]["value"]) == (2, 6)


def test_kit_components_are_left_out_and_their_parent_stays(shop):
    """The sale of a kit is its parent line; its components are not sales."""
    shop.sale(1, shop.line(1), shop.line(2, parent_id=1))
    tables = shop.tables()
    assert [row["line_id"] for row in tables["sales_lines"]] == [1]
    assert rules(tables) == ["kit_component"]


def test_all_rules_that_apply_are_named(shop):
    """A line may be excluded for several reasons, one row each; gone replaces the state's rule."""
    shop.sale(1, shop.line(option_id=0, parent_id=5), source="Shopify", member_id=7, is_void=True)
    settings = {"warehouses": {1: ("Main", False)}, "customer_groups": {"VIP": False}}
    others = [
        "channel_excluded",
        "warehouse_disabled",
        "customer_group_excluded",
        "kit_component",
        "description_only",
    ]
    assert rules(shop.tables(**settings)) == ["void", *others]
    shop.change(1, deleted_at="2026-06-10")
    reads = shop.lookback("2026-06-05"), shop.lookback()
    assert rules(shop.tables(*reads, **settings)) == ["gone", *others]


def test_the_first_matching_channel_rule_wins(shop):
    """Channel rules go by priority and match like ILIKE; the Shopify rule is the last."""
    shop.sale(1, shop.line(), source="Shopify", reference="#100")
    shop.sale(2, shop.line(), source="B2B portal", company="Acme Ltd")
    shop.sale(3, shop.line(), source=" ")
    shop.sale(4, shop.line(), member_id=7)
    channels = [
        (20, "source", "%", "Other", True),
        (10, "reference", "#1__", "Web", True),
        (11, "company", "acme%", "Acme", False),
        (12, "customer_id", "7", "Seven", True),
    ]
    tables = shop.tables(channels=channels)
    assert [row["channel"] for row in tables["sales_lines"]] == ["Web", "Other", "Seven"]
    channels.pop(0)
    tables = shop.tables(channels=channels)
    assert [row["channel"] for row in tables["sales_lines"]] == ["Web", "Direct", "Seven"]


def test_an_undispatched_order_waits_whatever_its_channel(shop):
    """Open demand is listed for every channel, and says whether sales would include it."""
    shop.sale(
        1,
        shop.line(1, quantity=5, done=2),
        shop.line(2, quantity=5, done=5),
        shop.line(3, parent_id=1),
        shop.line(4, option_id=0),
        source="Shopify",
        dispatched_at=None,
        created_at="2026-04-01 20:00",
        due_at="2026-07-01 14:00",
    )
    assert not shop.tables(stale_after_days=74)["open_sales_lines"][0]["is_stale"]
    [row] = shop.tables(stale_after_days=73)["open_sales_lines"]
    assert (row["open_quantity"], row["shipped_quantity"], str(row["due_on"])) == (
        3,
        2,
        "2026-07-02",
    )
    assert (row["age_days"], row["is_stale"], row["is_included"]) == (74, True, False)


@pytest.mark.parametrize(
    "changes", [{"is_void": True}, {"is_approved": False}, {"dispatched_at": "2026-06-03"}]
)
def test_a_void_draft_or_dispatched_order_is_not_open(shop, changes):
    """Only approved, undispatched orders reserve stock."""
    shop.sale(1, shop.line(), **({"dispatched_at": None} | changes))
    assert shop.tables()["open_sales_lines"] == []


def test_a_return_is_positive(shop):
    """Credit notes hold negative quantities, returns are shown as positive ones."""
    shop.credit(1, shop.line(quantity=-2, unit_price=4), sales_reference="D-9", member_id=7)
    [row] = shop.tables()["return_lines"]
    assert (row["quantity"], row["value"], row["sales_reference"]) == (2, 8, "D-9")
    assert (row["customer_id"], row["channel"], str(row["returned_on"])) == (
        7,
        "Direct",
        "2026-06-03",
    )


def test_a_credit_note_that_is_not_completed_is_no_return(shop):
    """Goods come back with the completion, and only then."""
    shop.credit(1, shop.line(quantity=-2), completed_at=None)
    shop.credit(2, shop.line(quantity=-2), is_approved=False)
    tables = shop.tables()
    assert tables["return_lines"] == []
    assert rules(tables, "credit_note") == ["not_completed", "draft"]


def test_a_credit_note_has_no_stage_to_match(shop):
    """A channel rule on the stage never matches a credit note."""
    shop.credit(1, shop.line(quantity=-2), stage="New")
    rule = (1, "stage", "New", "Fresh", True)
    assert shop.tables(channels=[rule])["return_lines"][0]["channel"] == "Direct"


def test_an_order_dispatched_without_shipping_anything_is_reported(shop):
    """Dispatch without a shipped quantity is an issue, once per order."""
    shop.sale(1, shop.line(1), shop.line(2))
    shop.sale(2, shop.line(3), shop.line(4, done=1))
    shop.sale(3, shop.line(5, option_id=0, code="A", quantity=0))
    assert shop.issues("dispatched_nothing_shipped") == [1]


def test_a_description_only_line_is_reported_once_and_not_when_gone(shop):
    """The sizes of a line fold into one issue; documents that are gone raise none."""
    shop.sale(1, shop.line(1, option_id=0, sizes=[("S", "", 1), ("M", "", 1)]))
    shop.sale(2, shop.line(2, option_id=0))
    shop.change(2, deleted_at="2026-06-10")
    reads = shop.lookback("2026-06-05"), shop.lookback()
    assert shop.issues("description_only_line", *reads) == [1]
