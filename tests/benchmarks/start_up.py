"""Start-up: what a command, a code location and a run in which nothing changed cost before they do anything.

The account is small and served by this process, so that neither its life nor its answers count.
"""

import os
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

from cin7_pipeline.sandbox.serializers.account import MerchantAccount
from cin7_pipeline.sandbox.server.server import SandboxServer
from cin7_pipeline.sandbox.simulation.merchant import Merchant, Size
from tests.benchmarks.measuring import Cost, Finding, cost, costs

NOW = datetime(2026, 6, 30, 19, tzinfo=UTC)
SIZE = Size(products=60, orders_per_day=6)
BIN = Path(sys.executable).parent
ROOT = Path(__file__).parents[2]
HELP, IMPORT = "cin7 --help", "import cin7_pipeline"
MOST_CPU = {HELP: 0.3, IMPORT: 0.1}
# Each beside the least that its kind of process can cost.
COMMANDS = {
    "python -c pass": (sys.executable, "-c", "pass"),
    IMPORT: (sys.executable, "-c", IMPORT),
    "import typer": (sys.executable, "-c", "import typer"),
    HELP: (BIN / "cin7", "--help"),
    "cin7 status": (BIN / "cin7", "status"),
    "import dagster": (sys.executable, "-c", "import dagster"),
    "the definitions": (
        sys.executable,
        "-c",
        "from dagster_project.definitions import defs; defs()",
    ),
    "dg --help": (BIN / "dg", "--help"),
    "dg check defs": (BIN / "dg", "check", "defs"),
}
RUNS = {
    "cin7 sync, nothing new": (BIN / "cin7", "sync"),
    "daily_sync, nothing new": (sys.executable, "-m", "dagster_project"),
}


@dataclass(frozen=True)
class Program:
    """What is measured: a program with its arguments."""

    command: list[str]


def findings(folder: Path) -> Iterator[Finding]:
    """CPU seconds of each command, and of a run that finds nothing new, with and without Dagster."""
    with _account(folder):
        cost(
            [str(word) for word in RUNS["cin7 sync, nothing new"]]
        )  # the first run reads everything
        for name, found in _measured(COMMANDS, rounds=5).items():
            yield _finding(name, found)
        for name, found in _measured(RUNS, rounds=3).items():
            yield _finding(name, found)


def _measured(programs: dict[str, tuple[str | Path, ...]], rounds: int) -> dict[str, Cost]:
    ways = {name: Program([str(word) for word in command]) for name, command in programs.items()}
    return costs(ways, rounds=rounds)


def _finding(name: str, found: Cost) -> Finding:
    figures = f"{found.cpu:.2f} s of CPU, {found.peak_mb:.0f} MB"
    most = MOST_CPU.get(name)
    if most is None:
        return Finding(name, figures)
    return Finding(name, figures, f"under {most} s", found.cpu < most)


@contextmanager
def _account(folder: Path) -> Iterator[None]:
    """An account without limits that the processes started here find in their environment."""
    home = folder / "dagster_home"
    home.mkdir()
    shutil.copy(ROOT / "data" / "dagster_home" / "dagster.yaml", home)
    account = MerchantAccount(Merchant(opened_on=date(2026, 4, 1), size=SIZE))
    earlier = dict(os.environ)
    with SandboxServer(account, clock=lambda: NOW, limits=None) as server:
        os.environ |= {
            "DAGSTER_HOME": str(home),
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
