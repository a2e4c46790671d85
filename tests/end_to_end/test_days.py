"""The whole way, day after day: sandbox over HTTP → Dagster → published tables equal the truth."""

from datetime import date, timedelta

import duckdb
import pytest

from cin7_pipeline.sandbox.server.faults import Failure
from tests.end_to_end.scenario import World, assert_tables_equal_truth


def test_three_mornings_and_a_resync_equal_the_truth(world: World) -> None:
    """Every published table equals the books after each sync, after a backfill, and after a repeat."""
    world.daily_sync()
    assert_tables_equal_truth(world)
    for _ in range(2):
        world.move_to(world.now + timedelta(days=1))
        world.daily_sync()
        assert_tables_equal_truth(world)
    world.resync(date(2026, 1, 1), date(2026, 2, 14))
    assert_tables_equal_truth(world)
    versions = "select id, read_at from raw.sales_orders order by id"
    before = world.warehouse(versions)
    world.daily_sync()
    assert_tables_equal_truth(world)
    assert world.warehouse(versions) == before


def test_the_command_does_what_the_job_does(synced_world: World) -> None:
    """`cin7 sync` publishes the same tables as the daily job, here over the full 90 days."""
    assert_tables_equal_truth(synced_world)


def test_the_truth_can_be_missed(synced_world: World) -> None:
    """The comparison with the books fails when one number of one row is wrong."""
    truth = synced_world.truth()
    assert all(truth[table] for table in truth)
    rows = synced_world.merchant.ledger(synced_world.now).sales_orders
    assert len(rows) > len({row["sales_order_id"] for row in truth["sales_lines"]})
    with pytest.MonkeyPatch.context() as patch:
        truth["inventory"][0]["on_hand"] += 1
        patch.setattr(World, "truth", lambda _world: truth)
        with pytest.raises(AssertionError, match="inventory"):
            assert_tables_equal_truth(synced_world)


def test_faults_on_the_way_change_no_number(world: World) -> None:
    """Throttling, failures, cut bodies and dropped connections are waited out, not written down."""
    faults = world.server.faults
    faults.retry_after = "small"
    faults.duplicate_rows_across_pages = True
    faults.extra_fields = {"brandNewField": 1}
    for resource, failure in (
        ("SalesOrders", Failure.TOO_MANY_REQUESTS),
        ("SalesOrders", Failure.CUT_BODY),
        ("PurchaseOrders", Failure.SERVER_ERROR),
        ("BranchTransfers", Failure.DROPPED_CONNECTION),
        ("ProductOptions", Failure.BAD_GATEWAY),
        ("Stock", Failure.HTML_PAGE),
    ):
        faults.fail_next(failure, resource=resource)
    world.sync_by_command()
    assert not faults.planned
    assert_tables_equal_truth(world)


def test_a_reader_is_neither_blocked_nor_disturbed(world: World) -> None:
    """A connection held on planning.duckdb keeps its version while a new one is published."""
    world.sync_by_command()
    query = "select count(*), sum(quantity), max(created_on) from planning.sales_lines"
    with duckdb.connect(str(world.settings.published_path), read_only=True) as reader:
        cursor = reader.execute("from planning.sales_lines")
        before = reader.execute(query).fetchall()
        world.move_to(world.now + timedelta(days=3))
        world.sync_by_command()
        assert reader.execute(query).fetchall() == before
        assert cursor is not None
    assert world.published(query) != before


def test_cin7_is_only_ever_read(synced_world: World) -> None:
    """Every request of a whole sync is a GET."""
    assert {request.method for request in synced_world.server.requests} == {"GET"}
