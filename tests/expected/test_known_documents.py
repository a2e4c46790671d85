"""What is known after a series of reads, some of which read some endpoints only or were killed."""

from dataclasses import replace
from datetime import timedelta

import pytest

from tests.expected import Oracle


def numbers(tables):
    """The order numbers that were sold."""
    return sorted(row["order_number"] for row in tables["sales_lines"])


def rules(tables):
    """Every excluded line as (order number, rule)."""
    return sorted((row["order_number"], row["rule"]) for row in tables["excluded_lines"])


def covered(tables, entity):
    """The days of an endpoint that count as read, and when they were."""
    return {
        row["day_on"]: row["read_at"] for row in tables["sync_coverage"] if row["entity"] == entity
    }


def test_a_lookback_knows_what_changed_since_its_start(shop):
    """A document last changed before the window is not known, however it is dated."""
    shop.sale(1, shop.line(), modified_at="2026-03-16 23:59")
    shop.sale(2, shop.line(), created_at="2024-01-01", modified_at="2026-03-17 00:00")
    assert numbers(shop.tables()) == ["D-2"]


def test_a_range_of_days_knows_what_was_created_or_changed_in_it(shop):
    """A closed range finds a document by either date and stops before its end."""
    shop.sale(1, shop.line(), created_at="2026-01-05", modified_at="2026-05-01")
    shop.sale(2, shop.line(), created_at="2025-06-01", modified_at="2026-01-31 23:59")
    shop.sale(3, shop.line(), created_at="2026-02-01")
    read = shop.days("2026-06-15 00:00", "2026-01-01", "2026-01-31")
    assert numbers(shop.tables(read)) == ["D-1", "D-2"]


def test_a_document_keeps_the_state_it_was_last_read_in(shop):
    """A change after the last read of a document is not known yet."""
    shop.sale(1, shop.line(quantity=5))
    shop.change(1, modified_at="2026-06-10", lines=(shop.line(quantity=8),))
    early, late = shop.lookback("2026-06-05"), shop.lookback("2026-06-11")
    assert [row["quantity"] for row in shop.tables(early)["sales_lines"]] == [5]
    assert [row["quantity"] for row in shop.tables(early, late)["sales_lines"]] == [8]


def test_an_open_document_is_read_again_whatever_its_age(shop):
    """A lookback asks by id for what is known as undispatched, even where no window covers it."""
    shop.sale(1, shop.line(), created_at="2026-01-05", dispatched_at=None)
    shop.change(1, stage="On Hold")
    first = shop.days("2026-01-06 00:00", "2026-01-05", "2026-01-05")
    assert shop.tables(first, shop.lookback())["open_sales_lines"][0]["stage"] == "On Hold"


def test_a_document_that_is_deleted_inside_the_window_is_gone(shop):
    """What was created inside a lookback and is not returned any more is deleted."""
    shop.sale(1, shop.line())
    shop.change(1, deleted_at="2026-06-10")
    tables = shop.tables(shop.lookback("2026-06-05"), shop.lookback("2026-06-11"))
    assert numbers(tables) == []
    assert rules(tables) == [("D-1", "gone")]


def test_a_finished_document_deleted_outside_the_window_is_not_noticed(shop):
    """Only a read that covers the creation of a finished document can miss it."""
    shop.sale(1, shop.line(), created_at="2026-01-05")
    shop.change(1, deleted_at="2026-06-10")
    first = shop.days("2026-01-06 00:00", "2026-01-05", "2026-01-05")
    assert numbers(shop.tables(first, shop.lookback())) == ["D-1"]


def test_an_open_document_deleted_outside_the_window_is_gone(shop):
    """What is asked by id and not returned is deleted."""
    shop.sale(1, shop.line(), created_at="2026-01-05", dispatched_at=None)
    shop.change(1, deleted_at="2026-06-10")
    first = shop.days("2026-01-06 00:00", "2026-01-05", "2026-01-05")
    assert rules(shop.tables(first, shop.lookback())) == [("D-1", "gone")]


def test_a_closed_range_does_not_ask_for_open_documents(shop):
    """A re-sync of some days leaves open documents of other days as they were."""
    shop.sale(1, shop.line(), created_at="2026-01-05", dispatched_at=None)
    shop.change(1, deleted_at="2026-01-10")
    first = shop.days("2026-01-06 00:00", "2026-01-05", "2026-01-05")
    second = shop.days("2026-01-20 00:00", "2026-01-11", "2026-01-12")
    assert rules(shop.tables(first, second)) == [("D-1", "undispatched")]


def test_a_document_that_comes_back_is_not_gone_any_more(shop):
    """A later read that returns a deleted document makes it known again."""
    shop.sale(1, shop.line())
    shop.change(1, deleted_at="2026-06-08")
    shop.change(1, deleted_at=None, modified_at="2026-06-10")
    reads = [shop.lookback(day) for day in ("2026-06-05", "2026-06-09", "2026-06-11")]
    assert rules(shop.tables(*reads[:2])) == [("D-1", "gone")]
    assert numbers(shop.tables(*reads)) == ["D-1"]


def test_a_document_deleted_before_the_first_read_is_never_known(shop):
    """What no read returned does not appear, not even as deleted."""
    shop.sale(1, shop.line())
    shop.change(1, deleted_at="2026-06-10")
    assert rules(shop.tables()) == []


def test_nothing_is_known_without_a_read(shop):
    """Asking for tables before any sync is refused."""
    with pytest.raises(ValueError, match="no read was given"):
        Oracle(shop.ledger, time_zone="UTC").tables([])


def test_the_status_counts_what_is_not_gone(shop):
    """`sync_status` counts the documents that still exist and all reference data."""
    shop.sale(1, shop.line())
    shop.sale(2, shop.line())
    shop.change(1, deleted_at="2026-06-10")
    tables = shop.tables(shop.lookback("2026-06-05"), shop.lookback("2026-06-11 08:30"))
    counts = {row["entity"]: row["row_count"] for row in tables["sync_status"]}
    assert (counts["sales_orders"], counts["branches"], counts["contacts"]) == (1, 2, 0)
    assert len(counts) == 12
    assert str(tables["sync_status"][0]["data_as_of_at"]) == "2026-06-11 08:30:00"


def test_adjustments_and_jobs_are_known_like_other_documents(shop):
    """They are read by window, open ones again by id, and deleted ones are gone."""
    shop.adjustment(1, created_at="2026-01-05")
    shop.adjustment(2)
    shop.job(3, completed_at="2026-06-02")
    shop.change(1, deleted_at="2026-06-10")
    first = shop.days("2026-01-06 00:00", "2026-01-05", "2026-01-05")
    for reads in ((first,), (shop.lookback(),), (first, shop.lookback())):
        status = {row["entity"]: row["row_count"] for row in shop.tables(*reads)["sync_status"]}
        assert status["adjustments"] == 1
    assert status["production_jobs"] == 1


def test_coverage_names_the_newest_read_of_each_day(shop):
    """Every UTC day a window touches is covered, by the newest read that touched it."""
    tables = shop.tables(
        shop.days("2026-06-09 00:00", "2026-06-01", "2026-06-03"),
        shop.lookback("2026-06-04 12:00", days=2),
    )
    by_day = {str(day): str(at) for day, at in covered(tables, "sales_orders").items()}
    resynced = dict.fromkeys(("2026-06-01", "2026-06-02", "2026-06-03"), "2026-06-09 00:00:00")
    assert by_day == resynced | {"2026-06-04": "2026-06-04 12:00:00"}
    assert len(tables["sync_coverage"]) == 24


def test_a_load_reads_only_its_own_endpoints(shop):
    """What a load did not read is not known by it, and covers no day."""
    shop.sale(1, shop.line())
    tables = shop.tables(replace(shop.lookback(), entities=frozenset({"purchase_orders", "stock"})))
    assert numbers(tables) == []
    assert not covered(tables, "sales_orders")
    assert covered(tables, "purchase_orders")


def test_a_load_without_stock_takes_no_snapshot(shop):
    """Only a load that read the stock keeps a snapshot of it."""
    shop.on_hand(5)
    tables = shop.tables(replace(shop.lookback(), entities=frozenset({"sales_orders"})))
    assert not tables["inventory_daily"]
    assert shop.tables()["inventory_daily"]


def test_a_load_that_was_killed_leaves_documents_and_covers_nothing(shop):
    """Its documents are known, but no day is covered, no stock kept and nothing marked as deleted."""
    shop.on_hand(5)
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
    ahead = replace(read, seen_at=read.started_at + timedelta(minutes=2))
    assert numbers(shop.tables(ahead)) == ["D-1"]


def test_a_load_made_later_covers_its_days_whatever_its_clock(shop):
    """Of two loads the one with the higher number was made last, though its moment is the earlier."""
    read = shop.lookback()
    late = replace(read, started_at=read.started_at + timedelta(seconds=1), number=1)
    tables = shop.tables(late, replace(read, number=2))
    assert set(covered(tables, "sales_orders").values()) == {read.started_at.replace(tzinfo=None)}
