"""What is known after loads that read some endpoints only, or were killed."""

from dataclasses import replace
from datetime import timedelta


def numbers(tables):
    """The order numbers that were sold."""
    return sorted(row["order_number"] for row in tables["sales_lines"])


def covered(tables, entity):
    """The days of an endpoint that count as read, and when they were."""
    return {
        row["day_on"]: row["read_at"] for row in tables["sync_coverage"] if row["entity"] == entity
    }


def test_a_load_reads_only_its_own_endpoints(shop):
    """What a load did not read is not known by it, and covers no day."""
    shop.sale(1, shop.line())
    tables = shop.tables(replace(shop.lookback(), entities=frozenset({"purchase_orders", "stock"})))
    assert numbers(tables) == []
    assert not covered(tables, "sales_orders")
    assert covered(tables, "purchase_orders")


def test_a_load_without_stock_takes_no_snapshot(shop):
    """Only a load that read the stock keeps a snapshot of it."""
    shop.on_hand(1, 1, 5)
    tables = shop.tables(replace(shop.lookback(), entities=frozenset({"sales_orders"})))
    assert not tables["inventory_daily"]
    assert shop.tables()["inventory_daily"]


def test_a_load_that_was_killed_leaves_documents_and_covers_nothing(shop):
    """Its documents are known, but no day is covered, no stock kept and nothing marked as deleted."""
    shop.on_hand(1, 1, 5)
    shop.sale(1, shop.line())
    shop.sale(2, shop.line(), created_at="2026-06-10")
    shop.change(1, deleted_at="2026-06-10")
    early = shop.lookback("2026-06-05")
    killed = replace(shop.lookback("2026-06-12"), is_committed=False)
    tables = shop.tables(early, killed)
    assert numbers(tables) == ["D-1", "D-2"]
    assert max(covered(tables, "sales_orders").values()).day == 5
    assert {row["snapshot_on"].day for row in tables["inventory_daily"]} == {5}


def test_a_load_sees_the_account_where_its_clock_is(shop):
    """A load that began before an order was placed knows it if the account was further on."""
    shop.sale(1, shop.line(), created_at="2026-06-11 12:00")
    read = shop.lookback("2026-06-11 11:59")
    assert numbers(shop.tables(read)) == []
    assert numbers(shop.tables(replace(read, seen_at=read.started_at + timedelta(minutes=2)))) == [
        "D-1"
    ]


def test_a_load_made_later_covers_its_days_whatever_its_clock(shop):
    """Of two loads the one with the higher number was made last, though its moment is the earlier."""
    read = shop.lookback()
    late = replace(read, started_at=read.started_at + timedelta(seconds=1), number=1)
    tables = shop.tables(late, replace(read, number=2))
    assert set(covered(tables, "sales_orders").values()) == {read.started_at.replace(tzinfo=None)}
