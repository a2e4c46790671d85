"""The sandbox as an ASGI application: who may ask, and what becomes of each call.

One event loop answers everything, so nothing here needs a lock. How the application is served is
told in `server`, what a call returns in `reading`, how that looks on the wire in `answers`.
"""

import asyncio
import base64
import logging
import secrets
from collections import Counter
from collections.abc import Callable, Collection
from dataclasses import dataclass, field, replace
from typing import NamedTuple

from starlette.requests import Request
from starlette.types import Receive, Scope, Send

from cin7_pipeline.sandbox.server.faults import Failure, Faults
from cin7_pipeline.sandbox.server.handlers import RequestHandler
from cin7_pipeline.sandbox.server.limits import CallWindows
from cin7_pipeline.sandbox.server.query import InvalidQuery
from cin7_pipeline.sandbox.server.responses import (
    Answer,
    Delivery,
    Refusal,
    deliver,
    failed,
    refused,
    success,
)
from cin7_pipeline.sandbox.server.routes import Route, find_route

MAX_URL_LENGTH = 2000

logger = logging.getLogger(__name__)


class ReceivedRequest(NamedTuple):
    """One request as it came in; status 0 was never answered. Holds no credential.

    `arrived_at` is its moment on the clock of the limits, in seconds since the epoch.
    """

    method: str
    path: str
    params: dict[str, str]
    status: int
    arrived_at: float


@dataclass(frozen=True)
class Key:
    """The credentials of one API connection, and the resources it has no permission for."""

    username: str
    api_key: str = field(repr=False)
    forbidden: Collection[str] = frozenset()

    def opens(self, authorization: str) -> bool:
        """True for the Basic credentials of this key."""
        scheme, _, sent = authorization.partition(" ")
        expected = base64.b64encode(f"{self.username}:{self.api_key}".encode())
        return scheme.lower() == "basic" and secrets.compare_digest(sent.encode(), expected)

    def may_read(self, resource: str) -> bool:
        """True unless the permission `resource` × Read is switched off."""
        return resource.lower() not in {name.lower() for name in self.forbidden}


@dataclass
class Application:
    """What the server runs; `limits_clock` gives seconds since the epoch."""

    reader: RequestHandler
    key: Key
    windows: CallWindows
    faults: Faults
    limits_clock: Callable[[], float]
    requests: list[ReceivedRequest] = field(default_factory=list)
    calls: Counter[str] = field(default_factory=Counter)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request; it is on record before its answer leaves."""
        arrived_at = self.limits_clock()
        request = Request(scope)
        route = find_route(request.url.path)
        try:
            answer = await self._answer(request, route)
        except Refusal as refusal:
            answer = refused(refusal, self.faults, self.limits_clock())
        self._record(request, route, answer, arrived_at)
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
            answer = self._read(request, permitted)
        return replace(answer, delivery=Delivery.CUT) if failure is Failure.CUT_BODY else answer

    def _admit(self, request: Request, route: Route | None) -> Route:
        """The route of a call that may go on; a call counts against the limits at its arrival."""
        if len(str(request.url)) > MAX_URL_LENGTH:
            raise Refusal(404)
        if not self.key.opens(request.headers.get("authorization", "")):
            raise Refusal(401)
        if request.method != "GET":
            raise Refusal(405)
        if route is None:
            raise Refusal(404)
        if not self.key.may_read(route.resource):
            raise Refusal(403)
        if wait_seconds := self.windows.admit():
            raise Refusal(429, wait_seconds=wait_seconds)
        return route

    def _read(self, request: Request, route: Route) -> Answer:
        parameters = {name.lower(): value for name, value in request.query_params.items()}
        try:
            if route.record_id is None:
                return success(self.reader.page(route, parameters))
            return success(self.reader.one(route, route.record_id, parameters))
        except InvalidQuery as fault:
            raise Refusal(400, str(fault)) from None
        except Refusal:
            raise
        except Exception as error:
            logger.exception("The sandbox account failed at %s.", route.resource)
            raise Refusal(500) from error

    def _record(
        self, request: Request, route: Route | None, answer: Answer, arrived_at: float
    ) -> None:
        params = dict(request.query_params)
        received = ReceivedRequest(
            request.method, request.url.path, params, answer.status, arrived_at
        )
        self.requests.append(received)
        if route is not None and answer.status == 200:
            self.calls[route.resource] += 1
