"""A fleet: eight sandbox accounts' mornings side by side through Dagster, on SQLite, with Cin7's own limits.

One round; the median of the accounts. Each account has a server in a process of its own, whose costs do not
count. The runs are nicer than they: a server that got no time would count late, and so too close together,
what was sent in time.
"""

import os
import shutil
import statistics
import sys
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from datetime import UTC, date, datetime, timedelta
from multiprocessing.managers import BaseManager
from pathlib import Path
from typing import TYPE_CHECKING

import dagster as dg

from cin7_pipeline.sandbox.serializers.account import MerchantAccount
from cin7_pipeline.sandbox.server.server import SandboxServer
from cin7_pipeline.sandbox.simulation.merchant import Merchant
from dagster_project.fleet.definitions import PARTITION
from tests.benchmarks.measuring import Cost, Finding, cost
from tests.fleet import add_account

ACCOUNTS = 8
FIRST = datetime(2026, 6, 30, 19, tzinfo=UTC)
SETTINGS = Path(__file__).parents[2] / "dagster_project" / "fleet" / "dagster.yaml"
MORNING = """
import sys
import dagster as dg
from dagster_project.fleet.definitions import defs
with dg.DagsterInstance.get() as instance:
    job = defs().resolve_job_def("morning")
    job.execute_in_process(instance=instance, partition_key=sys.argv[1])
"""
NICELY = [shutil.which("nice") or "/usr/bin/nice", "-n", "15"]
MOST_CPU, MOST_EVENTS = 15.0, 30


class ServedAccount:
    """A sandbox account on a server of this process, which another one asks how it fares."""

    def __init__(self) -> None:
        self._now = FIRST
        account = MerchantAccount(Merchant(opened_on=date(2026, 3, 1)))
        self._server = SandboxServer(account, clock=lambda: self._now).start()

    def variables(self) -> dict[str, str]:
        """What the account's `.env` says."""
        return {
            "CIN7_USERNAME": self._server.username,
            "CIN7_API_KEY": self._server.api_key,
            "CIN7_BASE_URL": self._server.base_url,
            "CIN7_TIME_ZONE": "Australia/Sydney",
        }

    def set_clock(self, moment: datetime) -> None:
        """Let it be this time in the account."""
        self._now = moment

    def statuses(self) -> list[int]:
        """The status of each answer so far."""
        return [request.status for request in self._server.requests]


class Process(BaseManager):
    """A process that serves one account."""

    if TYPE_CHECKING:

        def serve(self) -> ServedAccount:
            """Start the server there."""


Process.register("serve", ServedAccount)


def findings(folder: Path) -> Iterator[Finding]:
    """CPU, memory, events and calls of a first, a next and a quiet morning."""
    with _fleet(folder) as servers:
        second, third = (FIRST + timedelta(days=days) for days in (1, 2))
        yield from _morning("First morning", servers, FIRST, None)
        for server in servers:
            server.set_clock(second)
        yield from _morning("Next morning, a day's orders", servers, second, None)
        # The account's own clock stands still: nothing is new in it, and all tables are of another day.
        yield from _morning("Quiet morning", servers, third, MOST_CPU)
    disk = sum(p.stat().st_size for p in (folder / "a0").rglob("*") if not p.is_symlink())
    yield Finding("Disk of an account after three mornings", f"{disk / 1e6:.0f} MB")


def _morning(
    name: str, servers: list[ServedAccount], moment: datetime, most: float | None
) -> Iterator[Finding]:
    before = [len(server.statuses()) for server in servers]
    os.environ["CIN7_AS_OF"] = moment.isoformat()
    with dg.DagsterInstance.get() as instance, ThreadPoolExecutor(ACCOUNTS) as pool:
        earlier = {run.run_id for run in instance.get_runs()}
        commands = [[*NICELY, sys.executable, "-c", MORNING, f"a{n}"] for n in range(ACCOUNTS)]
        found: list[Cost] = list(pool.map(cost, commands))
        runs = [run for run in instance.get_runs() if run.run_id not in earlier]
        events = [len(instance.all_logs(run.run_id)) for run in runs]
        accounts = Counter(run.tags[PARTITION] for run in runs if run.is_success)
    answers = [each.statuses()[n:] for each, n in zip(servers, before, strict=True)]
    refused = sum(each.count(429) for each in answers)
    cpu = [each.cpu for each in found]
    figures = f"{statistics.median(cpu):.1f} s ({min(cpu):.1f}–{max(cpu):.1f})"
    is_met = None if most is None else statistics.median(cpu) <= most
    yield Finding(f"{name}: CPU of an account", figures, f"≤ {most} s" if most else "", is_met)
    yield Finding(f"{name}: peak memory of an account", f"{max(e.peak_mb for e in found):.0f} MB")
    yield Finding(
        f"{name}: events of a run", f"{max(events)}", f"≤ {MOST_EVENTS}", max(events) <= MOST_EVENTS
    )
    yield Finding(
        f"{name}: calls of an account; answers 429 to all",
        f"{statistics.median(map(len, answers)):.0f}; {refused}",
        "0 answers 429",
        refused == 0,
    )
    yield Finding(
        f"{name}: accounts that published; wall for all",
        f"{len(accounts)} of {ACCOUNTS}; {max(each.wall for each in found):.0f} s",
        "all",
        len(accounts) == ACCOUNTS,
    )


@contextmanager
def _fleet(folder: Path) -> Iterator[list[ServedAccount]]:
    """Accounts in a folder that the processes started here find in their environment."""
    home, earlier = folder / ".dagster", dict(os.environ)
    home.mkdir()
    shutil.copy(SETTINGS, home)
    with ExitStack() as opened:
        servers = [opened.enter_context(Process()).serve() for _ in range(ACCOUNTS)]
        for number, server in enumerate(servers):
            add_account(folder, f"a{number}", server.variables())
        os.environ |= {
            "DAGSTER_HOME": str(home),
            "CIN7_ACCOUNTS_DIR": str(folder),
            "CIN7_THREADS": "1",
        }
        try:
            yield servers
        finally:
            os.environ.clear()
            os.environ.update(earlier)
