"""Start-up: what a command costs before it does anything, a run that finds nothing new, and a first run.

Median of five rounds of commands, of three of runs; one of the day after. The account is small and served by
this process, so that neither its life nor its answers count; that of the first run is the sandbox.
"""

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import dagster as dg

from cin7_pipeline.sandbox.serializers.account import MerchantAccount
from cin7_pipeline.sandbox.server.server import SandboxServer
from cin7_pipeline.sandbox.simulation.merchant import Merchant, Size
from tests.benchmarks.measuring import Cost, Finding, Way, cost, costs

NOW = datetime(2026, 6, 30, 19, tzinfo=UTC)
SIZE = Size(products=60, orders_per_day=6)
BIN = Path(sys.executable).parent
ROOT = Path(__file__).parents[2]
HELP, IMPORT = "cin7 --help", "import cin7_pipeline"
# Each beside the least that its kind of process can cost.
COMMANDS = {
    "python -c pass": (sys.executable, "-c", "pass"),
    IMPORT: (sys.executable, "-c", IMPORT),
    HELP: (BIN / "cin7", "--help"),
    "cin7 status": (BIN / "cin7", "status"),
    "import dagster": (sys.executable, "-c", "import dagster"),
    "the definitions": (
        sys.executable,
        "-c",
        "from dagster_project.definitions import defs; defs()",
    ),
}
SYNC, DAILY_SYNC = "cin7 sync, nothing new", "daily_sync, nothing new"
RUNS = {
    SYNC: (BIN / "cin7", "sync"),
    DAILY_SYNC: (sys.executable, "-m", "dagster_project"),
}
MOST_CPU = {HELP: 0.3, IMPORT: 0.1, SYNC: 2.5, DAILY_SYNC: 11}
MOST_EVENTS, MOST_HISTORY_MB, MOST_FIRST_SECONDS = 450, 3.5, 45


@dataclass(frozen=True)
class Program:
    """What is measured: a program with its arguments."""

    command: list[str]


def findings(folder: Path) -> Iterator[Finding]:
    """CPU of each command and run, what a run leaves in Dagster's history, and the time of the first run."""
    with _account(folder):
        # The first runs read everything, and make Dagster's databases.
        for command in RUNS.values():
            cost([str(word) for word in command])
        for name, found in _measured(COMMANDS, rounds=5).items():
            yield _finding(name, found)
        before = _history_bytes()
        found = _measured(RUNS, rounds=3)
        grown = (_history_bytes() - before) / 3
        for name, each in found.items():
            yield _finding(name, each)
        yield from _history(DAILY_SYNC, grown)
        before = _history_bytes()
        os.environ["CIN7_AS_OF"] = (NOW + timedelta(days=1)).isoformat()
        name = "daily_sync, nothing new, the day after"
        yield _finding(name, cost([str(word) for word in RUNS[DAILY_SYNC]]))
        yield from _history(name, _history_bytes() - before)
    wall = costs({"first run": Way("start_up:first_run")})["first run"].wall
    question = "A first `make run` of the sandbox account, after installation"
    most = MOST_FIRST_SECONDS
    yield Finding(question, f"{wall:.0f} s", f"≤ {most} s", wall <= most)


def _history_bytes() -> int:
    """What Dagster has written so far, its settings included."""
    home = Path(os.environ["DAGSTER_HOME"])
    return sum(path.stat().st_size for path in home.rglob("*") if path.is_file())


def _history(name: str, written: float) -> Iterator[Finding]:
    """What the latest run left behind."""
    with dg.DagsterInstance.get() as instance:
        [run] = instance.get_runs(limit=1)
        events = len(instance.all_logs(run.run_id))
    is_met = events <= MOST_EVENTS
    yield Finding(f"{name}: events", f"{events}", f"≤ {MOST_EVENTS}", is_met)
    megabytes = written / 1e6
    is_met = megabytes <= MOST_HISTORY_MB
    target = f"≤ {MOST_HISTORY_MB} MB"
    yield Finding(f"{name}: history", f"{megabytes:.1f} MB", target, is_met)


def _measured(programs: dict[str, tuple[str | Path, ...]], rounds: int) -> dict[str, Cost]:
    ways = {name: Program([str(word) for word in command]) for name, command in programs.items()}
    return costs(ways, rounds=rounds)


def _finding(name: str, found: Cost) -> Finding:
    figures = f"{found.cpu:.2f} s of CPU, {found.peak_mb:.0f} MB"
    most = MOST_CPU.get(name)
    if most is None:
        return Finding(name, figures)
    return Finding(name, figures, f"≤ {most} s", found.cpu <= most)


def first_run() -> None:
    """What `make run` does once it has installed, of a newcomer without credentials."""
    own = {name: value for name, value in os.environ.items() if not name.startswith("CIN7_")}
    with tempfile.TemporaryDirectory() as folder:
        home = _dagster_home(Path(folder))
        own |= {"CIN7_DATA_DIR": f"{folder}/data", "DAGSTER_HOME": str(home)}
        subprocess.run([sys.executable, "-m", "dagster_project"], env=own, check=True)


def _dagster_home(folder: Path) -> Path:
    home = folder / "dagster_home"
    home.mkdir()
    shutil.copy(ROOT / "data" / "dagster_home" / "dagster.yaml", home)
    return home


@contextmanager
def _account(folder: Path) -> Iterator[None]:
    """An account without limits that the processes started here find in their environment."""
    account = MerchantAccount(Merchant(opened_on=date(2026, 4, 1), size=SIZE))
    earlier = dict(os.environ)
    with SandboxServer(account, clock=lambda: NOW, limits=None) as server:
        os.environ |= {
            "DAGSTER_HOME": str(_dagster_home(folder)),
            "CIN7_USERNAME": "sandbox",
            "CIN7_API_KEY": "sandbox-key",
            "CIN7_BASE_URL": server.base_url,
            "CIN7_TIME_ZONE": "Australia/Sydney",
            "CIN7_DATA_DIR": str(folder / "data"),
            "CIN7_AS_OF": NOW.isoformat(),
            "CIN7_CALLS_PER_SECOND": "1000",
            "CIN7_CALLS_PER_MINUTE": "100000",
            "CIN7_CALLS_PER_DAY": "1000000",
        }
        try:
            yield
        finally:
            os.environ.clear()
            os.environ.update(earlier)
