"""What runs read: the daily jobs a lookback, history the days that are asked for, and those in full."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import dagster as dg
import pytest

from cin7_pipeline.omni.endpoints import DOCUMENTS, ENDPOINTS
from cin7_pipeline.sandbox.server.faults import Failure
from dagster_project.definitions import defs
from dagster_project.specs import HISTORY
from tests.sample_shop import enter, open_shop
from tests.unit.load.fake_account import Company, order

RANGE = "dagster/asset_partition_range_"
Windows = dict[str, tuple[datetime | None, datetime | None]]


@pytest.fixture
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Company]:
    """A small account that runs of this process find in their environment."""
    with open_shop(tmp_path) as company:
        enter(company, monkeypatch)
        yield company


@pytest.fixture
def instance() -> Iterator[dg.DagsterInstance]:
    """A Dagster instance of the test's own."""
    with dg.DagsterInstance.ephemeral() as opened:
        yield opened


def read(
    instance: dg.DagsterInstance, job: str, tags: dict[str, str] | None = None
) -> dg.ExecuteInProcessResult:
    """The reading part of a job, with the run config of its own."""
    found = defs().resolve_job_def(job)
    keys = found.asset_layer.executable_asset_keys
    return found.execute_in_process(
        instance=instance,
        tags=tags,
        raise_on_error=False,
        asset_selection=[key for key in keys if key.path[0] in {"raw", "history"}],
    )


def windows(shop: Company) -> Windows:
    """The window that each entity was read over."""
    rows = shop.raw("select entity, window_start, window_end from raw.sync_log")
    return {
        entity: tuple(bound and bound.astimezone(UTC) for bound in bounds)
        for entity, *bounds in rows
    }


def june(day: int) -> datetime:
    """The midnight that begins a UTC day of June."""
    return datetime(2026, 6, day, tzinfo=UTC)


def test_the_daily_sync_reads_the_lookback_of_each_entity(
    shop: Company, instance: dg.DagsterInstance, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An entity with a lookback of its own keeps to it; the others have the general one."""
    monkeypatch.setenv("CIN7_LOOKBACK_DAYS", "20")
    monkeypatch.setenv("CIN7_LOOKBACK_DAYS_FOR__CREDIT_NOTES", "7")
    assert read(instance, "daily_sync").success
    found = windows(shop)
    assert found.keys() == ENDPOINTS.keys()
    assert found["credit_notes"] == (june(23), None)
    assert found["sales_orders"] == (june(10), None)


def test_the_intraday_sync_reads_documents_of_two_days(
    shop: Company, instance: dg.DagsterInstance, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its window is in the job's run config, whatever the lookbacks are."""
    monkeypatch.setenv("CIN7_LOOKBACK_DAYS_FOR__CREDIT_NOTES", "7")
    assert read(instance, "intraday_sync").success
    found = windows(shop)
    assert {found[kind.name] for kind in DOCUMENTS} == {(june(28), None)}


def test_history_reads_its_days_in_full_and_reference_data_after_them(
    shop: Company, instance: dg.DagsterInstance
) -> None:
    """Every kind of document is read over the range as it is; each day of it is green then."""
    days = {f"{RANGE}start": "2026-05-20", f"{RANGE}end": "2026-06-02"}
    result = read(instance, "historical_resync", days)
    assert result.success
    found = windows(shop)
    asked = (datetime(2026, 5, 20, tzinfo=UTC), june(3))
    assert {found[kind.name] for kind in DOCUMENTS} == {asked}
    assert found.keys() == ENDPOINTS.keys()
    steps = [event.step_key for event in result.get_step_success_events()]
    assert steps == ["history__documents", "sync"]
    assert len(instance.get_materialized_partitions(HISTORY)) == 14


def test_a_record_that_cannot_be_read_is_a_warning_with_its_id(
    shop: Company, instance: dg.DagsterInstance, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The run goes on, and the check of the raw table names up to ten of the rejected records."""
    monkeypatch.setenv("CIN7_REJECTED_SHARE_LIMIT", "1")
    notes = shop.records_by_resource["CreditNotes"]
    notes += [order(900 + n, created=1, total="a lot") for n in range(11)]
    result = read(instance, "daily_sync")
    assert result.success
    found = {each.asset_key.path[1]: each for each in result.get_asset_check_evaluations()}
    assert {name for name, each in found.items() if not each.passed} == {"credit_notes"}
    check = found["credit_notes"]
    assert check.severity is dg.AssetCheckSeverity.WARN
    assert check.metadata["rejected"].value == 11
    assert check.metadata["ids"].value == ", ".join(str(900 + n) for n in range(10))


def test_a_day_is_not_green_when_a_kind_of_document_was_not_read(
    shop: Company, instance: dg.DagsterInstance
) -> None:
    """What was read is kept, the run fails, and no partition says that the day was read in full."""
    shop.faults.retry_after = "hours"
    shop.faults.fail_next(Failure.TOO_MANY_REQUESTS, resource="ProductionJobs")
    days = {f"{RANGE}start": "2026-06-01", f"{RANGE}end": "2026-06-02"}
    assert not read(instance, "historical_resync", days).success
    assert windows(shop)
    assert not instance.get_materialized_partitions(HISTORY)
