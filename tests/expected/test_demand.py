"""Demand per day, as series and as a pace."""

from datetime import date, timedelta
from decimal import Decimal

import pytest


def days(tables):
    """Demand per warehouse, channel and day."""
    return {
        (row["warehouse"], row["channel"], row["sold_on"].day): row
        for row in tables["demand_daily"]
    }


def series(tables):
    """The only series, by date."""
    assert len({row["unique_id"] for row in tables["demand_series"]}) == 1
    return {str(row["ds"]): row for row in tables["demand_series"]}


def pace(tables):
    """What is sold a day, as the projection has it."""
    rows = tables["projected_stock"]
    return next(row["demand"] for row in rows if row["product_option_id"] == 1)


def test_sales_and_returns_of_a_day_are_netted(shop):
    """A sale counts on its own day, a return on the day it came back, each in its channel."""
    shop.sale(1, shop.line(1, quantity=5), shop.line(2, quantity=2), member_id=7)
    shop.sale(2, shop.line(3, quantity=3), member_id=9)
    shop.sale(3, shop.line(4, quantity=2))
    shop.sale(4, shop.line(5), source="POS")
    shop.credit(5, shop.line(6, quantity=-4), completed_at="2026-06-02 01:00")
    shop.credit(6, shop.line(7, quantity=-1), completed_at="2026-06-05")
    found = days(shop.tables())
    row = found["North", "Direct", 2]
    figures = [row[name] for name in ("sold_quantity", "returned_quantity", "net_quantity")]
    assert figures == [12, 4, 8]
    assert (row["order_count"], row["customer_count"], row["sku"]) == (3, 2, "A")
    assert str(row["largest_customer_share"]) == "0.5833"
    assert found["North", "POS", 2]["largest_customer_share"] is None
    row = found["North", "Direct", 5]
    figures = [row[name] for name in ("sold_quantity", "net_quantity", "order_count")]
    assert figures == [0, -1, 0]
    assert row["largest_customer_share"] is None


@pytest.mark.parametrize(
    ("reference", "changes", "root"),
    [
        ("D-1-A", {"member_id": 7}, "D-1"),
        ("D-1-A", {"member_id": 8}, "D-1-A"),
        ("D-1-A", {}, "D-1-A"),
        ("D-1-a", {"member_id": 7}, "D-1-a"),
        ("D-1-AB", {"member_id": 7}, "D-1-AB"),
        ("D-9-A", {"member_id": 7}, "D-9-A"),
        ("D-2-B", {}, "D-2"),
    ],
)
def test_a_split_order_goes_back_to_the_order_it_was_split_from(shop, reference, changes, root):
    """A letter is cut off where that order exists, in any state, for the same customer or none."""
    shop.sale(1, shop.line(1), member_id=7, is_void=True)
    shop.sale(2, shop.line(2))
    shop.sale(3, shop.line(3), reference=reference, **changes)
    shop.sale(4, shop.line(4), reference=reference, dispatched_at=None, **changes)
    tables = shop.tables()
    [sold] = [row for row in tables["sales_lines"] if row["sales_order_id"] == 3]
    assert sold["order_root"] == tables["open_sales_lines"][0]["order_root"] == root


def test_an_order_and_its_split_count_as_one(shop):
    """The order count of a day is of orders as the customer placed them."""
    shop.sale(1, shop.line(1), reference="X")
    shop.sale(2, shop.line(2), reference="X-A")
    [row] = shop.tables()["demand_daily"]
    assert row["order_count"] == 1


def test_a_series_is_zero_where_nothing_sold_and_unknown_where_nobody_read(shop):
    """Days go from the first sale to yesterday; a day counts once read after its local end."""
    at = "2026-06-10 20:00"
    shop.sale(1, shop.line(quantity=3), created_at=at, dispatched_at=at)
    reads = [
        shop.days("2026-06-13 00:00", "2026-06-10", "2026-06-11"),
        shop.days("2026-06-13 13:59", "2026-06-12", "2026-06-13"),
        shop.days("2026-06-15 01:00", "2026-06-13", "2026-06-14"),
    ]
    found = {day: row["y"] for day, row in series(shop.tables(*reads)).items()}
    assert found == {
        "2026-06-11": 3,
        "2026-06-12": 0,
        "2026-06-13": None,
        "2026-06-14": 0,
    }


def test_a_read_of_everything_covers_no_day_in_particular(shop):
    """Without coverage a day is unknown, even where a sale is known."""
    shop.sale(1, shop.line(), created_at="2026-06-10", dispatched_at="2026-06-10")
    read = shop.days("2026-06-15 00:00", "2026-06-10", "2026-06-10")
    assert {row["y"] for row in series(shop.tables(read)).values()} == {None}


def test_items_that_share_a_sku_are_one_series(shop):
    """A series is a SKU at a warehouse, over items and channels."""
    shop.option(2, "A")
    shop.sale(1, shop.line(1, quantity=2), shop.line(2, option_id=2, quantity=3))
    shop.sale(2, shop.line(3), source="POS")
    found = series(shop.tables())
    assert found["2026-06-02"]["y"] == 6
    assert found["2026-06-02"]["unique_id"] == "A|North"


def test_what_was_in_stock_is_told_by_snapshots(shop):
    """Unknown without a snapshot of the day, else whether any item of the SKU was on the shelf."""
    shop.option(2, "A")
    shop.option(3, "B")
    shop.on_hand(2, 2, 5)
    shop.on_hand(1, 1, 0)
    shop.on_hand(3, 1, 4)
    shop.sale(1, shop.line(1), branch_id=1)
    shop.sale(2, shop.line(2), branch_id=2)
    rows = shop.tables(shop.lookback("2026-06-10"), shop.lookback())["demand_series"]
    found = {
        (row["unique_id"], row["ds"].day): row["is_in_stock"]
        for row in rows
        if row["ds"].day in {9, 10}
    }
    assert found == {
        ("A|North", 9): None,
        ("A|North", 10): False,
        ("A|South", 9): None,
        ("A|South", 10): True,
    }


def test_the_pace_is_the_mean_of_days_in_stock(shop):
    """Days with an empty shelf do not count, days that nobody looked at do; returns are netted."""
    shop.sale(1, shop.line(1, quantity=9), dispatched_at="2026-05-17")  # 29 days before today
    shop.sale(3, shop.line(3, quantity=16), dispatched_at="2026-06-02")
    shop.credit(2, shop.line(2, quantity=-2), completed_at="2026-06-08")
    shop.on_hand(2, 2, 1)
    assert pace(shop.tables(shop.lookback("2026-06-10"), shop.lookback())) == Decimal("0.8214")
    shop.on_hand(1, 1, 1)
    assert pace(shop.tables(shop.lookback("2026-06-10"), shop.lookback())) == Decimal("0.5000")


def test_the_pace_is_that_of_the_latest_28_days(shop):
    """What was sold before is history; the day of today is not over."""
    first = date(2026, 5, 18)  # 28 days before today
    shop.sale(1, shop.line(1, quantity=50), dispatched_at=str(first - timedelta(days=1)))
    shop.sale(2, shop.line(2, quantity=7), dispatched_at=str(first))
    shop.sale(3, shop.line(3, quantity=90), dispatched_at="2026-06-15")
    assert pace(shop.tables()) == Decimal("0.2500")


def test_more_returns_than_sales_are_no_demand(shop):
    """A pace is never below 0, and what nobody wants is not projected."""
    shop.credit(1, shop.line(1, quantity=-2))
    assert shop.tables()["projected_stock"] == []
