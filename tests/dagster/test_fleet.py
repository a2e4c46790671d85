"""A fleet in Dagster: an account is a partition, its run a morning, and accounts share only the machine."""

import shutil
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import dagster as dg
import pytest
from dagster._core.remote_origin import RegisteredCodeLocationOrigin, RemoteRepositoryOrigin
from dagster._daemon.run_coordinator.queued_run_coordinator_daemon import QueuedRunCoordinatorDaemon

from cin7_pipeline.accounts import load_accounts
from cin7_pipeline.errors import SettingsError
from cin7_pipeline.settings import Settings
from cin7_pipeline.warehouse.connection import open_warehouse
from dagster_project.fleet import definitions, upkeep
from dagster_project.fleet.schedule import due, zones
from tests.environment import bare_environment
from tests.fleet import add_account, shop_variables
from tests.sample_shop import open_shop

SETTINGS = Path(definitions.__file__).parent / "dagster.yaml"
ZONES = {
    "sydney": "Australia/Sydney",
    "london": "Europe/London",
    "kolkata": "Asia/Kolkata",
    "kathmandu": "Asia/Kathmandu",
    "lordhowe": "Australia/Lord_Howe",
    "newyork": "America/New_York",
}
MORNING = """
import sys
import dagster as dg
from dagster_project.fleet.definitions import defs
with dg.DagsterInstance.get() as instance:
    job = defs().resolve_job_def("morning")
    run = job.execute_in_process(instance=instance, partition_key=sys.argv[1], raise_on_error=False)
sys.exit(not run.success)
"""
RUN_A_MORNING = [sys.executable, "-c", MORNING]
# As Dagster names the job of a run that it is to start by itself.
ORIGIN = RemoteRepositoryOrigin(RegisteredCodeLocationOrigin("fleet"), "__repository__")


@contextmanager
def open_fleet(folder: Path) -> Iterator[Path]:
    """A folder of accounts in the environment, with Dagster's settings as `make fleet` puts them there."""
    home = folder / "accounts" / ".dagster"
    home.mkdir(parents=True)
    shutil.copy(SETTINGS, home)
    with bare_environment(
        folder, CIN7_ACCOUNTS_DIR=str(home.parent), DAGSTER_HOME=str(home), CIN7_THREADS="1"
    ):
        yield home.parent


@pytest.fixture
def accounts(tmp_path: Path) -> Iterator[Path]:
    """A folder of accounts in which there is none yet."""
    with open_fleet(tmp_path) as folder:
        yield folder


@dataclass
class Mornings:
    """Runs of accounts at the same time: where they are, each one's exit code and events in Dagster."""

    accounts: Path
    ended: dict[str, int]
    events: dict[str, list[dg.EventLogEntry]]


@pytest.fixture(scope="module")
def mornings(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Mornings]:
    """Three accounts' mornings, each in a process of its own; the last has a wrong key."""
    keys = {"acme": "sandbox-key", "beta": "sandbox-key", "cruz": "wrong-key-of-cruz"}
    with open_fleet(tmp_path_factory.mktemp("fleet")) as folder, ExitStack() as opened:
        for name, key in keys.items():
            shop = opened.enter_context(open_shop(folder.parent / name))
            add_account(folder, name, shop_variables(shop, CIN7_API_KEY=key))
        with dg.DagsterInstance.get() as instance:  # made before the runs, as by `make fleet`
            runs = [
                opened.enter_context(subprocess.Popen([*RUN_A_MORNING, name]))  # noqa: S603
                for name in keys
            ]
            ended = {name: run.wait() for name, run in zip(keys, runs, strict=True)}
            run_ids = {r.tags[definitions.PARTITION]: r.run_id for r in instance.get_runs()}
            events = {name: list(instance.all_logs(run_id)) for name, run_id in run_ids.items()}
        yield Mornings(folder, ended, events)


@dg.job
def morning_of_nobody() -> None:
    """A job, as runs are of one."""


def queued(instance: dg.DagsterInstance, account: str) -> str:
    """A run of an account that waits for its turn."""
    run = instance.create_run_for_job(
        morning_of_nobody,
        tags={definitions.PARTITION: account},
        status=dg.DagsterRunStatus.QUEUED,
        remote_job_origin=ORIGIN.get_job_origin("morning"),
        job_code_origin=dg.reconstructable(morning_of_nobody).get_python_origin(),
    )
    return run.run_id


def started(instance: dg.DagsterInstance) -> list[str]:
    """The runs that Dagster's queue would start now."""
    with QueuedRunCoordinatorDaemon(interval_seconds=1) as daemon:
        limits = instance.get_concurrency_config()
        return [run.run_id for run in daemon._get_runs_to_dequeue(instance, limits, None)]


def test_accounts_publish_side_by_side_and_a_wrong_key_is_its_own(mornings: Mornings) -> None:
    """Of three mornings at once two publish, and the one with a wrong key is red and says so."""
    assert mornings.ended == {"acme": 0, "beta": 0, "cruz": 1}
    published = {
        name: (mornings.accounts / name / "planning.duckdb").exists() for name in mornings.ended
    }
    assert published == {"acme": True, "beta": True, "cruz": False}
    assert "answered 401" in str(mornings.events["cruz"])
    assert "wrong-key-of-cruz" not in str(mornings.events)


def test_a_morning_is_few_events_with_its_receipt(mornings: Mornings) -> None:
    """A run is at most 30 events; one of them says which release people read, and what it took."""
    assert max(map(len, mornings.events.values())) <= 30
    found = [e.asset_materialization for e in mornings.events["acme"]]
    [metadata] = [each.metadata for each in found if each]
    release = (mornings.accounts / "acme" / "releases" / "current").readlink().name
    assert metadata["release"].value == release
    assert int(str(metadata["calls"].value)) > 10
    assert int(str(metadata["dagster/row_count"].value)) > 100


def test_history_is_read_again_day_by_day(
    mornings: Mornings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The history asset reads the days that its config names, then has a release made."""
    made: list[Path] = []
    monkeypatch.setattr(
        definitions, "publish_release", lambda settings, **_: made.append(settings.data_dir)
    )
    days = {"from": "2026-01-01", "to": "2026-02-28"}
    run = dg.materialize(
        [definitions.defs().get_assets_def(["fleet", "history"])],
        partition_key="acme",
        run_config={"ops": {"fleet__history": {"config": days}}},
        instance=dg.DagsterInstance.ephemeral(),
    )
    query = "select count(distinct day_on) from raw.sync_coverage where day_on < '2026-03-01'"
    warehouse = mornings.accounts / "acme" / "warehouse.duckdb"
    with open_warehouse(warehouse, read_only=True) as connection:
        read = connection.execute(query).fetchone()
    assert run.success
    assert read == (59,)
    assert made == [mornings.accounts / "acme"]


def test_two_runs_of_one_account_queue(accounts: Path) -> None:
    """While a run of an account goes on, its next one waits, and those of others do not."""
    with dg.DagsterInstance.get() as instance:
        first, second, other = (queued(instance, name) for name in ("acme", "acme", "beta"))
        assert set(started(instance)) == {first, other}
        run = instance.get_run_by_id(first)
        assert run is not None
        instance.report_run_canceled(run)
        assert set(started(instance)) == {second, other}


def test_every_account_starts_once_a_day_at_five_of_its_own_zone(accounts: Path) -> None:
    """Whatever the zone, and also on days that clocks change; one without a zone starts and fails."""
    for name, zone in [*ZONES.items(), ("wrong", "nowhere")]:
        add_account(accounts, name, {"CIN7_TIME_ZONE": zone})
    found = zones(load_accounts())
    for first in (datetime(2026, 3, 6, tzinfo=UTC), datetime(2026, 10, 1, tzinfo=UTC)):
        ticks = [first + timedelta(minutes=15 * n) for n in range(4 * 24 * 10)]
        starts: dict[tuple[str, str], datetime] = {}
        for tick in ticks:
            for start in due(found, tick):
                starts.setdefault(start, tick)
        days = Counter(name for name, _ in starts)
        assert days.keys() == {*ZONES, "wrong"}
        assert set(days.values()) <= {9, 10, 11}
        for (name, day), tick in starts.items():
            local = tick.astimezone(ZoneInfo(found[name]))
            assert (f"{local:%Y-%m-%d}", local.hour) == (day, 5) or tick == first


def test_a_machine_that_was_down_at_five_starts_the_morning_later() -> None:
    """At seven the account's day is still asked for, by the key it would have had; at noon it is over."""
    found = {"acme": "Australia/Sydney"}
    assert list(due(found, datetime(2026, 6, 30, 21, tzinfo=UTC))) == [("acme", "2026-07-01")]
    assert list(due(found, datetime(2026, 7, 1, 2, tzinfo=UTC))) == []


def test_a_tick_starts_a_run_of_the_account_and_its_day(accounts: Path) -> None:
    """The schedule asks for the account's partition, with the reserve, until its day has a run."""
    add_account(accounts, "acme", {"CIN7_TIME_ZONE": "Australia/Sydney"})
    repository = definitions.defs().get_repository_def()
    schedule = repository.get_schedule_def("mornings")
    with dg.DagsterInstance.get() as instance:

        def requests(minute: int) -> list[dg.RunRequest]:
            context = dg.build_schedule_context(
                instance,
                scheduled_execution_time=datetime(2026, 6, 30, 19, minute, tzinfo=UTC),
                repository_def=repository,
            )
            return list(schedule.evaluate_tick(context).run_requests or [])

        [run] = requests(0)
        assert (run.run_key, run.partition_key) == ("acme:2026-07-01", "acme")
        assert run.tags["cin7/scheduled"] == "true"
        assert requests(15) == [run]
        # As Dagster tags the run that it makes of it.
        tags = {"dagster/schedule_name": schedule.name, "dagster/run_key": "acme:2026-07-01"}
        instance.create_run_for_job(morning_of_nobody, tags=tags)
        assert requests(30) == []


def test_every_lake_is_looked_after_once(accounts: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The nightly job asks each lake that accounts publish into, and no account without one."""
    asked: list[str] = []

    def look_after(settings: Settings) -> dict[str, int]:
        asked.append(settings.lake_name)
        return {"removed": 1}

    monkeypatch.setattr(upkeep, "look_after_lake", look_after)
    shared = {"CIN7_PUBLISH_TO": "ducklake:postgres:dbname=lake", "CIN7_LAKE_FILES": "/lake"}
    for name in ("acme", "beta"):
        add_account(accounts, name, shared)
    add_account(accounts, "cruz", shared | {"CIN7_LAKE_NAME": "lake_cruz"})
    add_account(accounts, "dodo", {})
    assert definitions.defs().resolve_job_def("lake_upkeep").execute_in_process().success
    assert sorted(asked) == ["lake", "lake_cruz"]


def test_a_key_in_the_environment_stops_the_fleet(
    accounts: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A fleet that would send one key for all does not even load."""
    monkeypatch.setenv("CIN7_API_KEY", "a-key-for-all")
    with pytest.raises(SettingsError, match="CIN7_API_KEY in the environment"):
        definitions.defs()
