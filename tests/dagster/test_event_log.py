"""Dagster's history is the same as without us: only its files stay open between two events."""

import shutil
from pathlib import Path

import dagster as dg
import pytest
from dagster._core.storage.event_log import SqliteEventLogStorage

from dagster_project.event_log import KeptOpenEventLog

SETTINGS = Path(__file__).parents[2] / "data" / "dagster_home" / "dagster.yaml"
PARTITIONS = dg.DailyPartitionsDefinition("2026-01-01", end_date="2026-01-06")
RANGE = {
    "dagster/asset_partition_range_start": "2026-01-01",
    "dagster/asset_partition_range_end": "2026-01-05",
}


@dg.asset(partitions_def=PARTITIONS, backfill_policy=dg.BackfillPolicy.single_run())
def numbers() -> None:
    """Something that was made for five days."""


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A Dagster home with our settings."""
    shutil.copy(SETTINGS, tmp_path)
    monkeypatch.setenv("DAGSTER_HOME", str(tmp_path))
    return tmp_path


def run(instance: dg.DagsterInstance) -> str:
    """One run over five days; its id."""
    job = dg.Definitions([numbers]).resolve_implicit_global_asset_job_def()
    return job.execute_in_process(instance=instance, tags=RANGE).run_id


def materialized(instance: dg.DagsterInstance) -> set[str]:
    """The days that the history knows."""
    return instance.get_materialized_partitions(numbers.key)


def test_our_settings_keep_the_event_log_open(home: Path) -> None:
    """The instance of `make run` and `make ui` uses it, in the home that they name."""
    with dg.DagsterInstance.get() as instance:
        assert isinstance(instance.event_log_storage, KeptOpenEventLog)
        run_id = run(instance)
    assert (home / "history" / "runs" / f"{run_id}.db").exists()


def test_dagster_reads_the_same_history_without_it(home: Path) -> None:
    """Whoever takes the setting away, or never had it, goes on with the same files."""
    with dg.DagsterInstance.get() as instance:
        first = run(instance)
        events = len(instance.all_logs(first))
    lines = (home / "dagster.yaml").read_text().partition("event_log_storage:")[0]
    (home / "dagster.yaml").write_text(lines)
    with dg.DagsterInstance.get() as instance:
        assert type(instance.event_log_storage) is SqliteEventLogStorage
        assert len(instance.all_logs(first)) == events
        assert len(materialized(instance)) == 5
        second = run(instance)
    shutil.copy(SETTINGS, home)
    with dg.DagsterInstance.get() as instance:
        assert len(instance.all_logs(second)) == events


def test_two_instances_see_each_others_events(home: Path) -> None:
    """An event that one has written stands there for the other at once, in both directions."""
    with dg.DagsterInstance.get() as one, dg.DagsterInstance.from_config(str(home)) as other:
        assert materialized(one) == materialized(other) == set()
        assert other.all_logs(run(one))
        assert len(materialized(other)) == 5
        assert one.all_logs(run(other))


def test_few_files_stay_open(home: Path) -> None:
    """However many runs a web page looks at: the index and the last of them, and nothing afterwards."""
    with dg.DagsterInstance.get() as instance:
        for run_id in [run(instance) for _ in range(4)]:
            assert instance.all_logs(run_id)
        assert opened(home) == {"index.db", f"{run_id}.db"}
    assert not opened(home)


def opened(home: Path) -> set[str]:
    """The databases of the event log that this process holds open."""
    folder = Path("/proc/self/fd")
    if not folder.exists():
        pytest.skip("only Linux tells which files a process holds open")
    files = [link.readlink() for link in folder.iterdir() if link.is_symlink()]
    return {
        file.name
        for file in files
        if file.parent == home / "history" / "runs" and file.suffix == ".db"
    }


def test_a_wiped_history_begins_anew(home: Path) -> None:
    """After `dagster run wipe` nothing is left, and what is written then is kept."""
    with dg.DagsterInstance.get() as instance:
        old = run(instance)
        instance.event_log_storage.wipe()
        assert not instance.all_logs(old)
        assert not materialized(instance)
        instance.report_runless_asset_event(dg.AssetMaterialization(numbers.key))
        run_id = run(instance)
    with dg.DagsterInstance.get() as instance:
        assert instance.all_logs(run_id)
        assert len(materialized(instance)) == 5
