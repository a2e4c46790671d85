"""What is doubtful about orders, transfers and SKUs."""

from decimal import Decimal

import pytest


def test_a_customer_that_nobody_knows_is_reported(shop):
    """Id 0 names nobody; void orders are looked at too."""
    shop.sale(1, shop.line(1), member_id=7)
    shop.sale(2, shop.line(2), member_id=8, is_void=True)
    shop.sale(3, shop.line(3))
    assert shop.issues("unknown_customer") == [2]


def test_a_draft_is_old_after_a_week(shop):
    """Created more than seven local days ago and neither approved nor void."""
    shop.sale(1, shop.line(1), is_approved=False, created_at="2026-06-07 13:59")
    shop.sale(2, shop.line(2), is_approved=False, created_at="2026-06-07 14:00")
    shop.sale(3, shop.line(3), is_approved=False, is_void=True)
    shop.sale(4, shop.line(4))
    assert shop.issues("old_draft") == [1]


def test_a_dispatch_may_not_lie_ahead(shop):
    """The moment of the tables divides what happened from what is planned."""
    shop.sale(1, shop.line(1), dispatched_at="2026-06-15 00:00")
    shop.sale(2, shop.line(2), dispatched_at="2026-06-15 00:01")
    shop.sale(3, shop.line(3), dispatched_at="2026-06-16", is_void=True)
    assert shop.issues("dispatched_in_future") == [2]


def test_one_branch_with_nearly_all_orders_is_reported(shop):
    """More than 80 % of the orders of 90 days; orders without a branch are part of the whole."""
    for id_ in range(1, 9):
        shop.sale(id_, shop.line(id_))
    shop.sale(9, shop.line(9), branch_id=2)
    shop.sale(10, shop.line(10), branch_id=0)
    shop.sale(11, shop.line(11), is_void=True)
    shop.sale(12, shop.line(12), created_at="2026-03-17 12:00")
    assert shop.issues("default_branch_share") == []
    shop.sale(13, shop.line(13), created_at="2026-03-17 13:00")
    assert shop.issues("default_branch_share") == [1]


def test_a_stage_of_the_accounts_own_is_named_once(shop):
    """The first order that has it stands for it; blank and known stages are none."""
    shop.sale(3, shop.line(1), stage="On the truck ", dispatched_at=None)
    shop.sale(2, shop.line(2), stage="on the TRUCK", dispatched_at=None, is_approved=False)
    shop.sale(4, shop.line(3), stage=" fully picked", dispatched_at=None)
    shop.sale(5, shop.line(4), stage=" ", dispatched_at=None)
    shop.sale(6, shop.line(5), stage="Lost")
    assert shop.issues("unmapped_stage") == [2]


@pytest.mark.parametrize(
    ("first", "second", "is_same"),
    [
        ({"reference": "#100"}, {"reference": " 100 "}, True),
        ({"customer_order_no": "po 7"}, {"customer_order_no": "PO 7"}, True),
        ({"reference": "X1"}, {"customer_order_no": "#x1"}, True),
        ({"customer_order_no": "X1"}, {"reference": "X1"}, True),
        ({"customer_order_no": ""}, {"customer_order_no": ""}, False),
        ({"reference": "X1"}, {"reference": "X1", "created_at": "2026-06-04"}, True),
        ({"reference": "X1"}, {"reference": "X1", "created_at": "2026-06-05"}, False),
        ({"reference": "X1"}, {"reference": "X1", "source": None}, False),
        ({"reference": "X1"}, {"reference": "X1", "dispatched_at": None}, False),
    ],
)
def test_a_sale_that_two_sources_wrote_is_reported(shop, first, second, is_same):
    """Two sales that share a number within three days are one, unless their source is the same."""
    shop.sale(2, shop.line(1), source="", **first)
    shop.sale(1, shop.line(2), **({"source": "B2B"} | second))
    assert shop.issues("sold_twice") == ([2] if is_same else [])


def test_a_transfer_is_stuck_after_sixty_days(shop):
    """Only what left and has not arrived can be stuck."""
    shop.transfer(1, shop.line(1), dispatched_at="2026-04-15 13:59")
    shop.transfer(2, shop.line(2), dispatched_at="2026-04-15 14:00")
    shop.transfer(3, shop.line(3, done=1), dispatched_at="2026-04-01")
    shop.transfer(4, shop.line(4), dispatched_at="2026-04-01", received_at="2026-06-01")
    assert shop.issues("transfer_stuck") == [1]


def test_skus_that_differ_only_in_blanks_or_case_are_reported(shop):
    """Each option of such a group once; the same SKU twice is another matter."""
    shop.option(2, "a ")
    shop.option(3, "B  1")
    shop.option(4, "b 1")
    shop.option(5, "C")
    shop.option(6, "C")
    assert shop.issues("sku_near_twin") == [1, 2, 3, 4]
    assert shop.issues("duplicate_sku") == [5, 6]


@pytest.mark.parametrize(
    ("error", "is_wrong"), [("0.03", False), ("-0.03", False), ("0.04", True), ("-0.04", True)]
)
def test_stated_goods_may_differ_from_the_lines_by_a_cent_each(shop, error, is_wrong):
    """Discounts count, components do not; void orders are not looked at."""
    lines = (
        shop.line(1, quantity=3, unit_price=2, discount=1),
        shop.line(2, parent_id=1, unit_price=50),
        shop.line(3, unit_price=4),
    )
    shop.sale(1, *lines, product_total_error=Decimal(error))
    shop.sale(2, *lines, product_total_error=Decimal(9), is_void=True)
    assert shop.issues("order_lines_do_not_add_up") == ([1] if is_wrong else [])


@pytest.mark.parametrize(
    "charges",
    [
        {"tax_status": "Excl", "tax_rate": Decimal("0.1")},
        {"tax_status": "Excl", "tax_rate": Decimal(15)},
        {"tax_status": "Incl", "tax_rate": Decimal("0.1")},
        {"tax_status": "Exempt", "freight": 5, "surcharge": 2, "discount_total": 1},
    ],
)
@pytest.mark.parametrize(("error", "is_wrong"), [("0.05", False), ("0.06", True)])
def test_a_stated_total_is_goods_charges_and_tax(shop, charges, error, is_wrong):
    """Tax is added where prices are without; a rate above 1 is a percentage."""
    line = shop.line(quantity=3, unit_price=10)
    shop.sale(1, line, total_error=Decimal(error), **charges)
    assert shop.issues("order_total_does_not_add_up") == ([1] if is_wrong else [])


def test_a_line_sold_by_the_carton_is_named(shop):
    """A unit of sale that holds more than one stocking unit is told per line, void orders too."""
    shop.sale(1, shop.line(1, uom_size=12), shop.line(2, uom_size=1), is_void=True)
    rows = [r for r in shop.tables()["data_issues"] if r["issue"] == "unit_of_measure_line"]
    assert [(row["document_id"], row["line_id"]) for row in rows] == [(1, 1)]
