"""This module is the sandbox as an ASGI application: who may ask, how often, and what becomes of a call.

One event loop takes every call, and one thread beside it makes the answers, so that a call counts when it
arrives and nothing here needs a lock. What a call returns is in `handlers`.
"""

import asyncio
import base64
import logging
import secrets
from collections import Counter, deque
from collections.abc import Callable, Collection
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from typing import Literal, NamedTuple

from starlette.requests import Request
from starlette.types import Receive, Scope, Send

from cin7_pipeline.sandbox.server.faults import Failure, Faults
from cin7_pipeline.sandbox.server.handlers import RequestHandler, Route, find_route
from cin7_pipeline.sandbox.server.responses import (
    Answer,
    Refusal,
    deliver,
    failed,
    refused,
    success,
)
from cin7_pipeline.sandbox.server.where import InvalidQuery

MAX_URL_LENGTH = 2000
SECONDS_PER_DAY = 86_400

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Limits:
    """Calls per window; None switches a window off.

    When Cin7's day starts anew is not documented: `day` is `rolling` (the last 24 hours) or
    `utc` (since the last UTC midnight). Tests that cannot wait for a minute shorten `minute_seconds`.
    """

    per_second: int | None = 3
    per_minute: int | None = 60
    per_day: int | None = 5000
    day: Literal["rolling", "utc"] = "rolling"
    minute_seconds: float = 60.0


CIN7_LIMITS = Limits()
NO_LIMITS = Limits(per_second=None, per_minute=None, per_day=None)


class CallWindows:
    """The calls answered so far. `clock` gives seconds since the epoch; refused calls don't count."""

    def __init__(self, limits: Limits, clock: Callable[[], float]) -> None:
        self._limits, self._clock = limits, clock
        self._arrivals: deque[float] = deque()

    def admit(self) -> float:
        """Return 0 where the call is within all windows, else the seconds until the next would be."""
        now, limits = self._clock(), self._limits
        while self._arrivals and self._arrivals[0] <= now - SECONDS_PER_DAY:
            self._arrivals.popleft()
        day_seconds = SECONDS_PER_DAY if limits.day == "rolling" else now % SECONDS_PER_DAY
        wait_for_the_day = self._wait(limits.per_day, day_seconds, now)
        if wait_for_the_day and limits.day == "utc":
            wait_for_the_day = SECONDS_PER_DAY - day_seconds
        wait = max(
            self._wait(limits.per_second, 1.0, now),
            self._wait(limits.per_minute, limits.minute_seconds, now),
            wait_for_the_day,
        )
        if not wait:
            self._arrivals.append(now)
        return wait

    def _wait(self, limit: int | None, seconds: float, now: float) -> float:
        """Return the wait for a window, full when the call `limit` places back still lies inside it."""
        if limit is None or limit > len(self._arrivals):
            return 0.0
        if limit < 1:
            return seconds
        return max(0.0, self._arrivals[-limit] + seconds - now)


class ReceivedRequest(NamedTuple):
    """One request as it came in, without its credentials; status 0 was never answered.

    `arrived_at` is in seconds since the epoch, on the clock of the limits.
    """

    method: str
    path: str
    params: dict[str, str]
    status: int
    arrived_at: float


def _new_thread() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(1, "cin7-sandbox-answers")


@dataclass
class Application:
    """What the server runs for one API connection; `limits_clock` gives seconds since the epoch.

    `forbidden` are the resources it has no permission for, in lower case.
    """

    handler: RequestHandler
    username: str
    api_key: str = field(repr=False)
    forbidden: Collection[str]
    windows: CallWindows
    faults: Faults
    limits_clock: Callable[[], float]
    requests: list[ReceivedRequest] = field(default_factory=list)
    calls: Counter[str] = field(default_factory=Counter)
    thread: ThreadPoolExecutor = field(default_factory=_new_thread)

    def stop(self) -> None:
        """End the thread that makes answers; another one begins with the next call."""
        self.thread.shutdown()
        self.thread = _new_thread()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request; it is on record before its answer leaves."""
        arrived_at = self.limits_clock()
        request = Request(scope)
        path, params = request.url.path, dict(request.query_params)
        route = find_route(path)
        try:
            answer = await self._answer(request, route)
        except Refusal as refusal:
            answer = refused(refusal, self.faults, self.limits_clock())
        self.requests.append(
            ReceivedRequest(request.method, path, params, answer.status, arrived_at)
        )
        if route is not None and answer.status == 200:
            self.calls[route.resource] += 1
        await deliver(answer, scope, receive, send)

    async def _answer(self, request: Request, route: Route | None) -> Answer:
        try:
            permitted = self._admit(request, route)
        finally:
            await asyncio.sleep(self.faults.latency_seconds)
        failure = self.faults.take(permitted.resource)
        if failure is Failure.STALLED:
            await asyncio.sleep(self.faults.stall_seconds)
        answer = failed(failure, self.faults, self.limits_clock()) if failure else None
        if answer is None:
            loop = asyncio.get_running_loop()
            answer = await loop.run_in_executor(self.thread, self._read, request, permitted)
        return replace(answer, delivery="cut") if failure is Failure.CUT_BODY else answer

    def _admit(self, request: Request, route: Route | None) -> Route:
        """Return the route of a call that may go on; it counts against the limits at its arrival."""
        if len(str(request.url)) > MAX_URL_LENGTH:
            raise Refusal(404)
        scheme, _, sent = request.headers.get("authorization", "").partition(" ")
        expected = base64.b64encode(f"{self.username}:{self.api_key}".encode())
        if scheme.lower() != "basic" or not secrets.compare_digest(sent.encode(), expected):
            raise Refusal(401)
        if request.method != "GET":
            raise Refusal(405)
        if route is None:
            raise Refusal(404)
        if route.resource.lower() in self.forbidden or route.resource in self.faults.refused:
            raise Refusal(403)
        if wait_seconds := self.windows.admit():
            raise Refusal(429, wait_seconds=wait_seconds)
        return route

    def _read(self, request: Request, route: Route) -> Answer:
        parameters = {name.lower(): value for name, value in request.query_params.items()}
        try:
            if route.record_id is None:
                return success(self.handler.page(route, parameters))
            return success(self.handler.one(route, route.record_id, parameters))
        except InvalidQuery as fault:
            raise Refusal(400, str(fault)) from None
        except Refusal:
            raise
        except Exception as error:
            logger.exception("The sandbox account failed at %s.", route.resource)
            raise Refusal(500) from error
