"""Against the rate limit, one round each: some 200 pages at 3 calls a second and 60 a minute, 1.5 s a page.

Each round takes minutes of waiting. A question is an entity and a window, or what else is asked
for; the fewest calls are the full pages that carry the rows, but one a question.
"""

import math
import re
import socket
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from pathlib import Path

import duckdb

from cin7_pipeline.omni.endpoint import Endpoint
from cin7_pipeline.omni.endpoints import ENDPOINTS
from cin7_pipeline.omni.page import FULL_PAGE
from cin7_pipeline.sandbox.server.server import Faults, Limits, ReceivedRequest, SandboxServer
from tests.benchmarks.measuring import Finding, Way, cost
from tests.benchmarks.rate_limit_account import NOW, RepeatedAccount

LATENCY_SECONDS = 1.5
CALLS_PER_MINUTE, CALLS_PER_SECOND = 60, 3
NEXT_DAY = NOW + timedelta(days=1)
OTHERS = {
    "a plain client, page after page": "plain_client",
    "dlt's rest_api_source": "dlt_rest_api",
}
BY_PATH = {f"/api/{endpoint.path}": name for name, endpoint in ENDPOINTS.items()}


@dataclass(frozen=True)
class Reading:
    """What one way cost, and every request that the account received from it."""

    wall: float
    requests: list[ReceivedRequest]

    @property
    def throttled(self) -> int:
        """Requests that were answered 429."""
        return sum(request.status == 429 for request in self.requests)

    @property
    def calls(self) -> Counter[str]:
        """Requests by entity."""
        return Counter(BY_PATH[_list(request.path)] for request in self.requests)

    @property
    def questions(self) -> dict[str, set[str]]:
        """What was asked for of each entity, whatever page of it."""
        asked = defaultdict(set)
        for request in self.requests:
            entity = BY_PATH[_list(request.path)]
            question = _question(request.params.get("where", ""), ENDPOINTS[entity].page_key)
            asked[entity].add(f"{request.path} {question}")
        return asked


def _question(where: str, key: str) -> str:
    """The filter without the place at which the page continues."""
    return re.sub(rf"^(?:\((?P<own>.*)\) AND )?{key} (?:[<>]=?|=) \d+$", r"\g<own>", where)


def _list(path: str) -> str:
    """The path of the list that a record's path belongs to."""
    return re.sub(r"/\d+$", "", path)


def findings(folder: Path) -> Iterator[Finding]:
    """Ours on a first sync and on a day when nothing changed, beside others on the first.

    The quiet day asks for every row of the lookback again, as an edit to an old document shows only so;
    what was read whole once costs a call, what is stock or a branch all of it.
    """
    account, data = RepeatedAccount(), folder / "data"
    first = _read(account, "ours", data, NOW.isoformat())
    yield from _synced("First sync", first, _fewest(account, first, data))
    (data / "state" / "calls.sqlite").unlink()  # a day later its last minute is over
    quiet = _read(account, "ours", data, NEXT_DAY.isoformat())
    yield from _synced("Quiet day", quiet, _fewest(account, quiet, data))
    for name, function in OTHERS.items():
        yield _beside(name, first, lambda f=function: _read(account, f, NOW.isoformat()))


def _read(account: RepeatedAccount, function: str, *arguments: str | Path) -> Reading:
    """One way alone on a server of its own, so that no limit is used up yet."""
    faults = Faults(latency_seconds=LATENCY_SECONDS, retry_after="small")
    limits = Limits(per_second=CALLS_PER_SECOND, per_minute=CALLS_PER_MINUTE)
    with SandboxServer(
        account, clock=lambda: NOW, faults=faults, limits=limits, port=_port()
    ) as server:
        way = Way(f"rate_limit_ways:{function}", (server.base_url, *arguments))
        wall = cost(way.command).wall
        return Reading(wall, server.requests)


@cache
def _port() -> int:
    """One for all servers: data of one address are not mixed with those of another."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
        return port


def _fewest(account: RepeatedAccount, reading: Reading, data: Path) -> dict[str, int]:
    """Calls by entity that could carry the rows of its last read, each row counted once."""
    with duckdb.connect(str(data / "warehouse.duckdb"), read_only=True) as db:
        query = "select entity, arg_max(row_count, started_at) from raw.sync_log group by entity"
        rows = dict(db.execute(query).fetchall())
    return {
        name: max(len(asked), math.ceil(rows[name] / _new_rows_a_page(account, ENDPOINTS[name])))
        for name, asked in reading.questions.items()
    }


def _new_rows_a_page(account: RepeatedAccount, endpoint: Endpoint) -> float:
    """A full page; where several rows share a key, a page begins with the last key of the one before."""
    records = account.records(endpoint.path.removeprefix("v1/"), NOW)
    keys = {record[endpoint.page_key] for record in records}
    return FULL_PAGE + 1 - len(records) / len(keys)


def _synced(what: str, reading: Reading, fewest: dict[str, int]) -> Iterator[Finding]:
    """Time and calls of one of our syncs."""
    yield _pace(what, reading)
    figures = f"{reading.calls.total()}, fewest {sum(fewest.values())}; {_listed(reading.calls)}"
    yield Finding(f"{what}: calls", figures)
    over = {name: count - fewest[name] for name, count in reading.calls.items()}
    allowed = {name: len(asked) for name, asked in reading.questions.items()}
    is_met = all(over[name] <= allowed[name] for name in over)
    target = f"≤ 1 a question: {_listed(allowed)}"
    yield Finding(f"{what}: calls above the fewest", _listed(over), target, is_met)
    yield Finding(f"{what}: answers 429", str(reading.throttled), "0", reading.throttled == 0)


def _pace(what: str, reading: Reading) -> Finding:
    """The wall time of the whole process, with start-up and loading."""
    calls = reading.calls.total()
    at_limit = calls * 60 / CALLS_PER_MINUTE
    ratio = reading.wall / at_limit
    least = _least_seconds(calls)
    figures = (
        f"{reading.wall:.0f} s / {at_limit:.0f} s = {ratio:.2f} × (bursts allow {least:.0f} s)"
    )
    return Finding(
        f"{what}: wall / time of its calls at 60 a minute", figures, "≤ 1.05 ×", ratio <= 1.05
    )


def _least_seconds(calls: int) -> float:
    """The least wall time under both limits: each minute's calls at once as fast as a second allows."""
    minutes, rest = divmod(calls - 1, CALLS_PER_MINUTE)
    return minutes * 60 + rest // CALLS_PER_SECOND + LATENCY_SECONDS


def _beside(name: str, ours: Reading, read: Callable[[], Reading]) -> Finding:
    """Another way's first sync against ours; one that gave up is told with its last words."""
    try:
        other = read()
    except RuntimeError as error:
        return Finding(
            f"First sync: {name}", f"gave up: {str(error).strip().splitlines()[-1][:200]}"
        )
    figures = f"{other.wall:.0f} s, {other.calls.total()} calls, {other.throttled} answers 429"
    return Finding(
        f"First sync: {name}", f"{figures}; ours takes {ours.wall / other.wall:.2f} × its time"
    )


def _listed(counts: dict[str, int]) -> str:
    return ", ".join(f"{name} {counts[name]}" for name in ENDPOINTS if name in counts)
