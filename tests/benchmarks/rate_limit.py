"""Against the rate limit: a large and a small account at 3 calls a second and 60 a minute, 1.5 s a page.

Of the large one a round, as it waits for minutes, beside dlt; of the small one the median of three. A
question is an entity and a window, or what else is asked for; the fewest calls are the full pages that carry
the rows, but one a question.
"""

import math
import re
import socket
from collections import Counter, defaultdict
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import timedelta
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
# Of the pages that the account can be made of: more than a hundred, and less than a minute's calls.
LARGE, SMALL = 0.5, 0.1
SMALL_ROUNDS = 3
MOST = 1.15
BY_PATH = {f"/api/{endpoint.path}": name for name, endpoint in ENDPOINTS.items()}


@dataclass(frozen=True)
class Reading:
    """What one way cost, and every request that the account received from it."""

    wall: float
    requests: list[ReceivedRequest]

    @property
    def reading_seconds(self) -> float:
        """From the first request to the last answer, without start-up and loading."""
        arrivals = [request.arrived_at for request in self.requests]
        return max(arrivals) - min(arrivals) + LATENCY_SECONDS

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
    """Ours on a first sync and on a day when nothing changed, dlt on the first, and a small account.

    The quiet day asks for every row of the lookback again, as an edit to an old document shows only so;
    what was read whole once costs a call, what is stock or a branch all of it.
    """
    account, data, port = RepeatedAccount(LARGE), folder / "data", _free_port()
    with ThreadPoolExecutor(1) as beside:
        theirs = beside.submit(_read, account, "dlt_rest_api", NOW.isoformat(), port=_free_port())
        first = _read(account, "ours", data, NOW.isoformat(), port=port)
        yield from _synced("First sync", first, _fewest(account, first, data))
        (data / "state" / "calls.sqlite").unlink()  # a day later its last minute is over
        quiet = _read(account, "ours", data, NEXT_DAY.isoformat(), port=port)
        yield from _synced("Quiet day", quiet, _fewest(account, quiet, data))
        other = theirs.result()
    figures = f"{other.wall:.0f} s, {other.calls.total()} calls, {other.throttled} answers 429"
    figures += f"; ours takes {first.wall / other.wall:.2f} × its time"
    yield Finding("First sync: dlt's rest_api_source", figures)
    small = RepeatedAccount(SMALL)
    rounds = [
        _read(small, "ours", folder / f"small-{n}", NOW.isoformat(), port=_free_port())
        for n in range(SMALL_ROUNDS)
    ]
    rounds.sort(key=lambda reading: reading.reading_seconds)
    yield _pace("First sync of a small account", rounds[SMALL_ROUNDS // 2])
    throttled = sum(each.throttled for each in rounds)
    yield Finding(
        "First syncs of a small account: answers 429", f"{throttled}", "0", throttled == 0
    )


def _read(account: RepeatedAccount, function: str, *arguments: str | Path, port: int) -> Reading:
    """One way alone on a server of its own, so that no limit is used up yet."""
    faults = Faults(latency_seconds=LATENCY_SECONDS, retry_after="small")
    limits = Limits(per_second=CALLS_PER_SECOND, per_minute=CALLS_PER_MINUTE)
    opened = SandboxServer(account, clock=lambda: NOW, faults=faults, limits=limits, port=port)
    with opened as server:
        way = Way(f"rate_limit_ways:{function}", (server.base_url, *arguments))
        wall = cost(way.command).wall
        return Reading(wall, server.requests)


def _free_port() -> int:
    """A port of one's own: data of one address are not mixed with those of another."""
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
    """The time of the calls against the least that the limits allow, and that of the whole process."""
    calls = reading.calls.total()
    took, least = reading.reading_seconds, _least_seconds(calls)
    figures = f"{took:.1f} s / {least:.1f} s = {took / least:.2f} ×; {reading.wall:.0f} s in all"
    question = f"{what}: time of its {calls} calls / the least that both limits allow"
    return Finding(question, figures, f"≤ {MOST} ×", took / least <= MOST)


def _least_seconds(calls: int) -> float:
    """The least wall time under both limits: each minute's calls at once as fast as a second allows."""
    minutes, rest = divmod(calls - 1, CALLS_PER_MINUTE)
    return minutes * 60 + rest // CALLS_PER_SECOND + LATENCY_SECONDS


def _listed(counts: dict[str, int]) -> str:
    return ", ".join(f"{name} {counts[name]}" for name in ENDPOINTS if name in counts)
