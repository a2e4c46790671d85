"""What the tests of the API share: a roomy rate limiter, an impatient client, a list that pages."""

import json
import operator
import re
from collections.abc import Callable, Iterable
from pathlib import Path

import httpx
import pytest

from cin7_pipeline.omni.client import Cin7Client
from cin7_pipeline.omni.page import Page
from cin7_pipeline.omni.rate_limit import Limits, RateLimiter
from cin7_pipeline.omni.retry import RetryPolicy
from tests.unit.omni.clock import Clock

USERNAME = "OrchidTradersAU"
API_KEY = "9f3b/77aa+51c&0d2e"
COMPARISONS = {
    ">": operator.gt,
    ">=": operator.ge,
    "<": operator.lt,
    "<=": operator.le,
    "=": operator.eq,
}


@pytest.fixture
def rate_limiter(tmp_path: Path) -> RateLimiter:
    """A rate limiter that never makes a test wait."""
    return RateLimiter(
        tmp_path / "rate_limiter.db", "account", Limits(per_second=10_000, per_minute=10_000)
    )


@pytest.fixture
def clock() -> Clock:
    """A clock at six in the morning."""
    return Clock()


@pytest.fixture
def rate_limiter_for(tmp_path: Path, clock: Clock):
    """A function that makes a rate limiter on one shared file and the test's clock."""

    def make(account: str = "shared", sleep=clock.sleep, **limits: int) -> RateLimiter:
        path = tmp_path / "state" / "rate_limiter.db"
        return RateLimiter(path, account, Limits(**limits), now=clock.now, sleep=sleep)

    return make


@pytest.fixture
def client_for(rate_limiter: RateLimiter):
    """A function that makes a client of a handler, or of answers that are given in turn.

    Without either it is a client for a real server. Waits are nothing, attempts are as in life.
    """

    def make(*answers, **changes) -> Cin7Client:
        arguments = {
            "base_url": "https://api.cin7.test/api",
            "username": USERNAME,
            "api_key": API_KEY,
            "rate_limiter": rate_limiter,
            "transport": _transport(*answers) if answers else None,
            "retry_policy": RetryPolicy(scale=0),
        }
        return Cin7Client(**{**arguments, **changes})

    return make


def _transport(*answers) -> httpx.MockTransport:
    """A handler, or answers of which the last is given for ever."""
    if callable(answers[0]):
        return httpx.MockTransport(answers[0])
    left = list(answers)
    return httpx.MockTransport(lambda _: left.pop(0) if len(left) > 1 else left[0])


class ListServer:
    """A list of records behind Cin7's paging, with a switch for everything it may do wrong."""

    def __init__(
        self,
        records: list[dict],
        key: str = "id",
        *,
        ignores: str = "",
        most_rows: int = 250,
    ) -> None:
        self.records = records
        self.key = key
        self.ignores = ignores.split()
        self.most_rows = most_rows
        self.asked: list[dict[str, str]] = []
        self.before_answer: Callable[[int], None] = lambda _: None

    def __call__(self, request: httpx.Request) -> httpx.Response:
        """One page of the list, or one record of it."""
        asked = dict(request.url.params)
        self.asked.append({"path": request.url.path, **asked})
        self.before_answer(len(self.asked))
        if match := re.search(r"/(\d+)$", request.url.path):
            return self._one(int(match[1]))
        where = asked.get("where", "")
        if "refuses" in self.ignores and re.search("[<>]", where):
            return httpx.Response(400, json="The where clause is not understood.")
        rows = [record for record in self.records if self._matches(record, where)]
        if "order" not in self.ignores:
            is_descending = asked["order"].endswith(" DESC")
            rows = sorted(rows, key=lambda record: record[self.key] or 0, reverse=is_descending)
        size = min(int(asked["rows"]), self.most_rows)
        start = 0 if "page" in self.ignores else (int(asked["page"]) - 1) * size
        return httpx.Response(200, json=rows[start : start + size])

    def _one(self, record_id: int) -> httpx.Response:
        found = [record for record in self.records if record[self.key] == record_id]
        return httpx.Response(200, json=found[0]) if found else httpx.Response(404)

    def _matches(self, record: dict, where: str) -> bool:
        beyond = re.findall(rf"{self.key} ([<>]=?|=) (\d+)", where)
        is_beyond = all(COMPARISONS[sign](record[self.key], int(key)) for sign, key in beyond)
        if not is_beyond and "after" not in self.ignores:
            return False
        listed = re.search(rf"{self.key} IN \(([\d,]+)\)", where)
        if listed and "ids" not in self.ignores:
            return str(record[self.key]) in listed[1].split(",")
        return not (listed and "empty" in self.ignores)


@pytest.fixture
def list_server() -> type[ListServer]:
    """The class of a list that pages as Cin7 does."""
    return ListServer


@pytest.fixture
def rows_of() -> Callable[[Iterable[Page]], list[dict]]:
    """A function that gives the records of some pages."""
    return lambda pages: [json.loads(bytes(raw)) for page in pages for raw in page.records]
