"""How an answer of the sandbox looks on the wire: bodies, errors in each reported form, cut bodies.

What is answered, and why, is decided in `app`. The texts are Cin7's own (reference §2).
"""

import math
from dataclasses import dataclass, field
from email.utils import formatdate
from enum import StrEnum
from typing import Any

import msgspec
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from cin7_pipeline.sandbox.server.faults import Failure, Faults

JSON = "application/json; charset=utf-8"
HTML = "text/html; charset=utf-8"
HOURS_IN_SECONDS = 4 * 3600
ERROR_TEXTS = {
    401: "Unauthorized access",
    403: "Access is forbidden",
    404: "Resource not found",
    405: "The requested resource does not support this http method.",
    429: "Rate limit exceeded. Retry after some time.",
    500: "An unexpected error occurred. Please try again later.",
    502: "Bad Gateway",
    503: "Service temporarily unavailable. Please try again later.",
}
_FAILURE_STATUS = {
    Failure.TOO_MANY_REQUESTS: 429,
    Failure.SERVER_ERROR: 500,
    Failure.UNAVAILABLE: 503,
}
_encoder = msgspec.json.Encoder(decimal_format="number")


class Delivery(StrEnum):
    """How much of an answer reaches the caller."""

    WHOLE = "whole"
    CUT = "cut"
    NONE = "none"


@dataclass(frozen=True)
class Answer:
    """An answer ready to be sent; status 0 is no answer at all."""

    status: int
    body: bytes = b""
    content_type: str = JSON
    headers: dict[str, str] = field(default_factory=dict)
    delivery: Delivery = Delivery.WHOLE


def _html_page(text: str) -> bytes:
    return f"<!DOCTYPE html><html><body><h1>{text}</h1></body></html>".encode()


_FAILURE_ANSWERS = {
    Failure.BAD_GATEWAY: Answer(502, _html_page(ERROR_TEXTS[502]), HTML),
    Failure.HTML_PAGE: Answer(200, _html_page("Please sign in"), HTML),
    Failure.OBJECT_BODY: Answer(200, b'{"message":"OK"}'),
    Failure.EMPTY_BODY: Answer(200),
    Failure.MALFORMED_BODY: Answer(200, b'[{"id":1,"reference":"SO-1"},{"id":]'),
    Failure.DROPPED_CONNECTION: Answer(0, delivery=Delivery.NONE),
}


class Refusal(Exception):
    """Raised where a call is turned down; `text` defaults to what Cin7 says with that status."""

    def __init__(self, status: int, text: str | None = None, wait_seconds: float = 0.0) -> None:
        super().__init__(status, text)
        self.status = status
        self.text = ERROR_TEXTS[status] if text is None else text
        self.wait_seconds = wait_seconds


def success(value: Any) -> Answer:
    """200 with the value as JSON."""
    return Answer(200, _encoder.encode(value))


def refused(refusal: Refusal, faults: Faults, now: float) -> Answer:
    """The error in the form that is switched on; `now` is in seconds since the epoch."""
    body, content_type = _error_body(refusal.text, faults)
    headers = _retry_after(refusal.wait_seconds, faults, now) if refusal.status == 429 else {}
    return Answer(refusal.status, body, content_type, headers)


def failed(failure: Failure, faults: Faults, now: float) -> Answer | None:
    """What a planned failure answers; None where the right answer is still to be given."""
    if failure in _FAILURE_STATUS:
        return refused(Refusal(_FAILURE_STATUS[failure]), faults, now)
    return _FAILURE_ANSWERS.get(failure)


async def deliver(answer: Answer, scope: Scope, receive: Receive, send: Send) -> None:
    """Send the answer, or as much of it as is to arrive."""
    match answer.delivery:
        case Delivery.NONE:
            await _hang_up(scope, receive)
        case Delivery.CUT:
            await _send_half(answer, send)
        case Delivery.WHOLE:
            headers = {"content-type": answer.content_type, **answer.headers}
            await Response(answer.body, answer.status, headers)(scope, receive, send)


async def _hang_up(scope: Scope, receive: Receive) -> None:
    scope["state"]["transport"].close()
    while (await receive())["type"] != "http.disconnect":
        pass


async def _send_half(answer: Answer, send: Send) -> None:
    """The server closes a connection whose answer is not complete when the application returns."""
    headers = [
        (b"content-type", answer.content_type.encode()),
        (b"content-length", str(len(answer.body)).encode()),
    ]
    await send({"type": "http.response.start", "status": answer.status, "headers": headers})
    half = answer.body[: len(answer.body) // 2]
    await send({"type": "http.response.body", "body": half, "more_body": True})


def _error_body(text: str, faults: Faults) -> tuple[bytes, str]:
    match faults.error_body:
        case "object":
            return _encoder.encode({"message": text}), JSON
        case "html":
            return _html_page(text), HTML
        case "empty":
            return b"", JSON
        case "string":
            return _encoder.encode(text), JSON


def _retry_after(wait_seconds: float, faults: Faults, now: float) -> dict[str, str]:
    """A real refusal names its real wait; a planned one what the switch says."""
    match faults.retry_after_form():
        case "absent":
            return {}
        case "nonsense":
            return {"retry-after": "soon"}
        case "http_date":
            seconds = math.ceil(wait_seconds) or faults.retry_after_seconds
            return {"retry-after": formatdate(now + seconds, usegmt=True)}
        case form:
            planned = {"zero": 0, "small": faults.retry_after_seconds, "hours": HOURS_IN_SECONDS}
            return {"retry-after": str(math.ceil(wait_seconds) or planned[form])}
