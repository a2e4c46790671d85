"""Runs that start together on a fresh clone: one after the other, all right, also when one is killed."""

import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pytest

from cin7_pipeline.sandbox.simulation.merchant import Merchant, Size
from cin7_pipeline.window import Window
from tests.end_to_end.conftest import MORNING
from tests.end_to_end.scenario import Scenario, assert_tables_as_expected, open_scenario
from tests.expected import Read

PROJECT = Path(__file__).parents[2]
FIRST, LAST = date(2026, 5, 20), date(2026, 6, 5)

# What Dagster's daemon does at five in the morning, without waiting for it: all of it, or the reading.
AS_SCHEDULED = """
import sys
import dagster as dg
from dagster_project.definitions import defs
from dagster_project.defs.schedules import SCHEDULED

job = defs().resolve_job_def("daily_sync")
raw = [key for key in job.asset_layer.executable_asset_keys if key.path[0] == "raw"]
with dg.DagsterInstance.get() as instance:
    result = job.execute_in_process(
        instance=instance,
        tags=SCHEDULED,
        asset_selection=raw if "reading" in sys.argv else None,
        run_config={"loggers": {"console": {"config": {"log_level": "ERROR"}}}},
        raise_on_error=False,
    )
sys.exit(not result.success)
"""


@dataclass(frozen=True)
class Start:
    """A way to start a run. Its own lookback tells its requests from the others'."""

    arguments: tuple[str, ...]
    lookback_days: int
    window: Window

    def is_asked_for_by(self, where: str) -> bool:
        """True for a request of this run's windows; what has no window could be anybody's."""
        starts = {self.window.start, Window.lookback(MORNING, self.lookback_days).start}
        days = {f"{start:%Y-%m-%d}" for start in starts if start}
        return bool(days & set(re.findall(r"\d{4}-\d\d-\d\d", where)))


RESYNC = Start(
    ("-m", "cin7_pipeline", "resync", "--from", f"{FIRST}", "--to", f"{LAST}"),
    11,
    Window.days(FIRST, LAST),
)
ALL = {
    "scheduled": Start(("-c", AS_SCHEDULED), 7, Window.lookback(MORNING, 7)),
    "manual": Start(("-m", "dagster_project"), 9, Window.lookback(MORNING, 9)),
    "resync": RESYNC,
}
# The same with less of what takes long: Dagster only reads, and a person uses the command.
SHORT = {
    "scheduled": Start(("-c", AS_SCHEDULED, "reading"), 7, Window.lookback(MORNING, 7)),
    "manual": Start(("-m", "cin7_pipeline", "sync"), 9, Window.lookback(MORNING, 9)),
    "resync": RESYNC,
}
Starts = Mapping[str, Start]
Processes = Mapping[str, subprocess.Popen[bytes]]


@pytest.fixture
def scenario(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Scenario]:
    """A small account that answers late; no data folder, and nothing but settings in Dagster's."""
    merchant = Merchant(opened_on=date(2026, 5, 1), size=Size(products=25, orders_per_day=3))
    home = tmp_path / "dagster_home"
    home.mkdir()
    shutil.copy(PROJECT / "data" / "dagster_home" / "dagster.yaml", home)
    monkeypatch.setenv("DAGSTER_HOME", str(home))
    with open_scenario(tmp_path / "data", monkeypatch, merchant=merchant, moment=MORNING) as opened:
        opened.server.faults.latency_seconds = 0.05
        yield opened


@contextmanager
def started_together(starts: Starts, folder: Path) -> Iterator[Processes]:
    """All of them as processes of their own; none outlives the block."""
    with ExitStack() as stack:
        processes = {}
        for name, start in starts.items():
            log = stack.enter_context((folder / f"{name}.log").open("wb"))
            processes[name] = stack.enter_context(
                subprocess.Popen(  # noqa: S603
                    [sys.executable, *start.arguments],
                    env={**os.environ, "CIN7_LOOKBACK_DAYS": str(start.lookback_days)},
                    cwd=folder,
                    stdout=log,
                    stderr=subprocess.STDOUT,
                )
            )
            stack.callback(processes[name].kill)
        yield processes


def wait_for_first(scenario: Scenario, starts: Starts, processes: Processes) -> str:
    """The run whose requests arrive first."""
    while not (seen := turns(scenario, starts)):
        assert any(process.poll() is None for process in processes.values())
        time.sleep(0.01)
    return seen[0].run


@dataclass
class Turn:
    """A stretch of requests between two runs' first ones; stock is what a run reads last, and once."""

    run: str
    has_read_stock: bool = False


def turns(scenario: Scenario, starts: Starts) -> list[Turn]:
    """Whose requests the account saw, in their order; a run that comes back has two turns."""
    found: list[Turn] = []
    for request in list(scenario.server.requests):
        where = request.params.get("where", "")
        runs = [name for name, start in starts.items() if start.is_asked_for_by(where)]
        if runs and (not found or found[-1].run != runs[0]):
            found.append(Turn(runs[0]))
        if found and request.path.endswith("/Stock"):
            found[-1].has_read_stock = True
    return found


def assert_tables_are_of(scenario: Scenario, starts: Starts, finished: list[str]) -> None:
    """The tables are those of the runs that finished, one after the other."""
    scenario.reads = [Read(scenario.now, starts[name].window) for name in finished]
    assert_tables_as_expected(scenario)


def kill_the_first_of(starts: Starts, scenario: Scenario, folder: Path) -> list[str]:
    """Start all, kill the one whose turn it is, and see the others end well, each in a turn of its own."""
    with started_together(starts, folder) as processes:
        first = wait_for_first(scenario, starts, processes)
        processes[first].kill()
        codes = {name: process.wait() for name, process in processes.items()}
    others = dict.fromkeys(starts.keys() - {first}, 0)
    assert codes == {first: -9, **others}, logs(folder)
    killed, *order = turns(scenario, starts)
    assert killed == Turn(first)
    assert sorted(turn.run for turn in order) == sorted(others)
    assert all(turn.has_read_stock for turn in order)
    return [turn.run for turn in order]


def logs(folder: Path) -> str:
    """What the runs printed, for who has to find out why one failed."""
    return "\n".join(path.read_text() for path in folder.glob("*.log"))


@pytest.mark.slow
def test_when_the_first_of_three_is_killed_the_others_run_one_after_the_other(
    scenario: Scenario, tmp_path: Path
) -> None:
    """The killed run's turn goes to the next; requests never mix, and the tables are as expected."""
    order = kill_the_first_of(SHORT, scenario, tmp_path)
    if order[-1] == "scheduled":
        assert scenario.command("build").exit_code == 0
        assert scenario.command("publish").exit_code == 0
    assert_tables_are_of(scenario, SHORT, order)


@pytest.mark.slow
def test_the_same_with_whole_runs_through_dagster(scenario: Scenario, tmp_path: Path) -> None:
    """The schedule's run, a run by hand and a re-sync: of three whole ones, two outlive the first."""
    assert_tables_are_of(scenario, ALL, kill_the_first_of(ALL, scenario, tmp_path))


@pytest.mark.slow
def test_three_runs_that_start_together_run_one_after_the_other(
    scenario: Scenario, tmp_path: Path
) -> None:
    """All end well, their requests never mix, and the tables are as expected."""
    with started_together(ALL, tmp_path) as processes:
        codes = {name: process.wait() for name, process in processes.items()}
    assert codes == dict.fromkeys(ALL, 0), logs(tmp_path)
    order = turns(scenario, ALL)
    assert sorted(turn.run for turn in order) == sorted(ALL)
    assert all(turn.has_read_stock for turn in order)
    assert_tables_are_of(scenario, ALL, [turn.run for turn in order])
