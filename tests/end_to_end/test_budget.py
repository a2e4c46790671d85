"""The call budget as the account sees it: two programs with one key, a greedy backfill, a spent day."""

import json
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import asdict
from datetime import date
from functools import cache, partial
from itertools import cycle
from pathlib import Path

import dagster as dg
import httpx
import pytest

from cin7_pipeline.omni.client import Cin7Client
from cin7_pipeline.omni.rate_limit import Limits as Pace
from cin7_pipeline.omni.rate_limit import RateLimiter
from cin7_pipeline.sandbox.server.faults import Failure
from cin7_pipeline.sandbox.server.server import Limits, SandboxServer
from dagster_project.definitions import defs
from dagster_project.defs.schedules import SCHEDULED
from tests.sample_shop import calls, cin7, enter, open_shop
from tests.unit.load.fake_account import NOW, Company, order

QUIET = {"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}}
SECOND = 1.0
MINUTE = 60.0
ENDPOINTS = ("SalesOrders", "Products", "Stock")

# Three threads read an endpoint each, until they have made their calls or the day is spent.
PROGRAM = """
import json, sys, threading
from pathlib import Path
from cin7_pipeline.omni.rate_limit import RateLimiter, Limits
from cin7_pipeline.omni.client import Cin7Client
from cin7_pipeline.errors import QuotaExhausted

base_url, path, calls, limits = sys.argv[1], Path(sys.argv[2]), int(sys.argv[3]), json.loads(sys.argv[4])
budget = RateLimiter(path, "one key", Limits(**limits))
client = Cin7Client(base_url=base_url, username="sandbox", api_key="sandbox-key", rate_limiter=budget)
spent = []

def read(endpoint):
    try:
        for _ in range(calls):
            client.get(f"v1/{endpoint}", {"page": 1, "rows": 250})
    except QuotaExhausted as error:
        spent.append(error)

threads = [threading.Thread(target=read, args=[name]) for name in sys.argv[5:]]
[thread.start() for thread in threads]
[thread.join() for thread in threads]
print(len(spent))
"""


@contextmanager
def account(folder: Path, limits: Limits) -> Iterator[SandboxServer]:
    """An account that counts its calls and refuses what is above the limits."""
    with SandboxServer(Company(folder), clock=lambda: NOW, limits=limits) as server:
        yield server


def two_programs(server: SandboxServer, folder: Path, calls: int, pace: Pace) -> list[int]:
    """Let two processes read three endpoints each at once; how many threads found the day spent."""
    options = [server.base_url, str(folder / "calls.sqlite"), str(calls), json.dumps(asdict(pace))]
    command = [sys.executable, "-c", PROGRAM, *options, *ENDPOINTS]
    processes = [
        subprocess.Popen(command, stdout=subprocess.PIPE, text=True)  # noqa: S603
        for _ in range(2)
    ]
    return [int(process.communicate()[0]) for process in processes]


def busiest(server: SandboxServer, seconds: float) -> int:
    """The most calls that arrived within any stretch of that length, wherever it begins."""
    arrivals = sorted(request.arrived_at for request in server.requests)
    return max(sum(first <= moment < first + seconds for moment in arrivals) for first in arrivals)


def statuses(server: SandboxServer) -> set[int]:
    """How calls were answered."""
    return {request.status for request in server.requests}


def test_two_programs_with_one_key_stay_below_the_second_and_the_minute(tmp_path: Path) -> None:
    """No stretch of a second, and none of a (here shorter) minute, gets more calls than Cin7 answers."""
    limits = Limits(per_second=3, per_minute=9, minute_seconds=4)
    with account(tmp_path, limits) as server:
        spent = two_programs(server, tmp_path, 4, Pace(per_minute=9, minute_seconds=4.5))
        assert spent == [0, 0]
        assert statuses(server) == {200}
        assert busiest(server, SECOND) <= 3
        assert busiest(server, 4) <= 9
        paths = Counter(request.path.split("/")[-1] for request in server.requests)
        assert paths == dict.fromkeys(ENDPOINTS, 8)


class StarvedTransport(httpx.HTTPTransport):
    """A connection whose program now and then gets no time between its turn and its sending."""

    def __init__(self) -> None:
        super().__init__()
        self._stalls = cycle([1.4, 1.4, 0.0, 0.0, 0.7])

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Stall, then send."""
        time.sleep(next(self._stalls))
        return super().handle_request(request)


def test_a_starved_program_sends_no_two_calls_too_close(tmp_path: Path) -> None:
    """A call that is held up after its turn came counts from when it was sent, not from its turn."""
    with account(tmp_path, Limits(per_second=3, per_minute=None)) as server:
        client = Cin7Client(
            base_url=server.base_url,
            username="sandbox",
            api_key="sandbox-key",
            rate_limiter=RateLimiter(tmp_path / "calls.sqlite", "one key"),
            transport=StarvedTransport(),
        )
        with client, ThreadPoolExecutor(6) as pool:
            list(pool.map(lambda _: client.get("v1/Stock", {"page": 1, "rows": 250}), range(15)))
        assert statuses(server) == {200}
        assert busiest(server, SECOND) <= 3


@pytest.mark.slow
def test_two_programs_keep_to_the_real_limits_for_minutes(tmp_path: Path) -> None:
    """With Cin7's own limits, three per second and sixty per minute, no call is ever refused."""
    with account(tmp_path, Limits()) as server:
        assert two_programs(server, tmp_path, 35, Pace()) == [0, 0]
        assert len(server.requests) == 210
        assert statuses(server) == {200}
        assert busiest(server, SECOND) <= 3
        assert busiest(server, MINUTE) <= 60


def test_two_programs_with_one_key_stop_before_the_days_cap(tmp_path: Path) -> None:
    """What two greedy programs take of a day ends where the reserve begins, to the call."""
    pace = Pace(per_second=100, per_minute=1000, per_day=40, reserve=10)
    with account(tmp_path, Limits(per_second=None, per_minute=None, per_day=40)) as server:
        assert two_programs(server, tmp_path, 20, pace) == [3, 3]
        assert len(server.requests) == 30
        budget = RateLimiter(tmp_path / "calls.sqlite", "one key", pace)
        assert (budget.left(), budget.left(may_use_reserve=True)) == (0, 10)


@pytest.fixture
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Company]:
    """A small account that commands and runs of this process find in their environment."""
    with open_shop(tmp_path) as company:
        enter(company, monkeypatch)
        yield company


@pytest.fixture
def later(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """Seconds by which the budget's clock is ahead; nothing else is touched."""
    ahead = [0.0]
    shifted = partial(RateLimiter, now=lambda: time.time() + ahead[0])
    monkeypatch.setattr("cin7_pipeline.account.RateLimiter", shifted)
    return ahead


def scheduled_read(instance: dg.DagsterInstance) -> dg.ExecuteInProcessResult:
    """The reading half of the job as the schedule starts it, over two days."""
    job = daily_job()
    raw = [key for key in job.asset_layer.executable_asset_keys if key.path[0] == "raw"]
    return job.execute_in_process(
        instance=instance,
        tags=SCHEDULED,
        run_config={**QUIET, "ops": {"sync": {"config": {"lookback_days": 2}}}},
        raise_on_error=False,
        asset_selection=raw,
    )


@cache
def daily_job() -> dg.JobDefinition:
    """The job that the schedule starts."""
    return defs().resolve_job_def("daily_sync")


def spend_the_day_at(company: Company, resource: str, answers_before: int = 0) -> None:
    """Answer the call of a resource after that many good answers of it with a `Retry-After` of hours."""
    company.faults.retry_after = "hours"
    answered: Counter[str] = Counter()

    def count(answering: str, _page: int) -> None:
        answered[answering] += 1
        if answering == resource and answered[resource] == answers_before:
            company.faults.fail_next(Failure.TOO_MANY_REQUESTS, resource=resource)

    if answers_before:
        company.faults.edit_while_reading = count
    else:
        company.faults.fail_next(Failure.TOO_MANY_REQUESTS, resource=resource)


def covered(company: Company, entity: str) -> tuple[date, date]:
    """The first and the last day that the ledger of loads calls read."""
    query = f"select min(day_on), max(day_on) from raw.sync_coverage where entity = '{entity}'"
    [(first, last)] = company.raw(query)
    return first, last


def test_the_scheduled_run_still_has_its_reserve_after_a_greedy_backfill(
    shop: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A backfill that eats the day stops at the reserve; the schedule's run then goes through whole."""
    monkeypatch.setenv("CIN7_CALLS_PER_DAY", "90")
    monkeypatch.setenv("CIN7_CALLS_RESERVED", "60")
    greedy = cin7("resync", "--from", "2024-01-01", "--to", "2026-06-30")
    assert greedy.exit_code == 1
    assert "60 kept for the scheduled run" in greedy.stderr
    assert cin7("sync").exit_code == 1
    assert calls(shop) == 30
    with dg.DagsterInstance.ephemeral() as instance:
        assert scheduled_read(instance).success
    assert 30 < calls(shop) <= 90


def test_a_spent_day_ends_a_resync_clearly_and_the_next_one_goes_on(
    shop: Company, later: list[float]
) -> None:
    """After a `Retry-After` of hours: exit code 1, until when, how to go on; what was read stays read."""
    days = ("--from", "2026-03-01", "--to", "2026-06-30")
    shop.orders.append(order(901, created=5))
    shop.orders.append(order(902, created=110))
    spend_the_day_at(shop, "Adjustments", answers_before=3)
    stopped = cin7("resync", *days)
    assert stopped.exit_code == 1
    assert "The day's calls are taken as spent until 20" in stopped.stderr
    assert "UTC" in stopped.stderr
    assert covered(shop, "adjustments") == (date(2026, 5, 2), date(2026, 6, 30))
    assert shop.raw("select count(*) from raw.sales_orders where id in (901, 902)") == [(1,)]
    assert not (shop.folder / "planning.duckdb").exists()
    before = calls(shop)
    refused = cin7("sync")
    assert refused.exit_code == 1
    assert "Cin7 itself refuses more" in refused.stderr
    assert calls(shop) == before
    later[0] += 25 * 3600
    (told,) = [line for line in stopped.stderr.splitlines() if line.startswith("to go on: cin7 ")]
    assert told.endswith("--from 2026-03-01 --to 2026-05-01")
    assert cin7(*told.removeprefix("to go on: cin7 ").split()).exit_code == 0
    assert covered(shop, "adjustments") == (date(2026, 3, 1), date(2026, 6, 30))
    assert (shop.folder / "planning.duckdb").exists()


def test_a_spent_day_fails_a_dagster_run_and_the_next_one_goes_on(
    shop: Company, later: list[float]
) -> None:
    """The run fails and says until when; entities that were read are kept, and the next run ends it."""
    # The stock is asked for when the documents were read.
    spend_the_day_at(shop, "Stock")
    with dg.DagsterInstance.ephemeral() as instance:
        failed = scheduled_read(instance)
        run = instance.get_run_by_id(failed.run_id)
        assert run is not None
        assert run.status is dg.DagsterRunStatus.FAILURE
        told = " ".join(str(record) for record in instance.all_logs(failed.run_id))
        assert "calls are taken as spent until 20" in told
        kept = shop.raw("select entity from raw.sync_log order by entity")
        assert ("sales_orders",) in kept
        assert ("stock",) not in kept
        before = calls(shop)
        assert not scheduled_read(instance).success
        assert calls(shop) == before
        later[0] += 25 * 3600
        assert scheduled_read(instance).success
    assert shop.raw("select count(*) > 0 from raw.stock") == [(True,)]
    assert set(kept) < set(shop.raw("select entity from raw.sync_log"))
