"""This module writes answers: bodies, errors in each reported form, and cut bodies.

What is answered, and why, is decided in `app`. The texts are Cin7's own (`omni/README.md`).
"""

import math
from dataclasses import dataclass, field
from email.utils import formatdate
from typing import Any, Literal

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
_encoder = msgspec.json.Encoder(decimal_format="number")


@dataclass(frozen=True)
class Answer:
    """An answer ready to be sent, and how much of it arrives; status 0 is no answer at all."""

    status: int
    body: bytes = b""
    content_type: str = JSON
    headers: dict[str, str] = field(default_factory=dict)
    delivery: Literal["whole", "cut", "none"] = "whole"


def _html_page(text: str) -> bytes:
    return f"<!DOCTYPE html><html><body><h1>{text}</h1></body></html>".encode()


_FAILURES = {
    Failure.BAD_GATEWAY: Answer(502, _html_page(ERROR_TEXTS[502]), HTML),
    Failure.HTML_PAGE: Answer(200, _html_page("Please sign in"), HTML),
    Failure.OBJECT_BODY: Answer(200, b'{"message":"OK"}'),
    Failure.EMPTY_BODY: Answer(200),
    Failure.MALFORMED_BODY: Answer(200, b'[{"id":1,"reference":"SO-1"},{"id":]'),
    Failure.DROPPED_CONNECTION: Answer(0, delivery="none"),
}


class Refusal(Exception):
    """Raised where a call is turned down; `text` defaults to what Cin7 says with that status."""

    def __init__(self, status: int, text: str | None = None, wait_seconds: float = 0.0) -> None:
        super().__init__(status, text)
        self.status = status
        self.text = ERROR_TEXTS[status] if text is None else text
        self.wait_seconds = wait_seconds


def success(value: Any) -> Answer:
    """Return a 200 with the value as JSON."""
    return Answer(200, _encoder.encode(value))


def refused(refusal: Refusal, faults: Faults, now: float) -> Answer:
    """Return the error in the form that is switched on; `now` is in seconds since the epoch."""
    headers = _retry_after(refusal.wait_seconds, faults, now) if refusal.status == 429 else {}
    body = {
        "string": _encoder.encode(refusal.text),
        "object": _encoder.encode({"message": refusal.text}),
        "html": _html_page(refusal.text),
        "empty": b"",
    }[faults.error_body]
    content_type = HTML if faults.error_body == "html" else JSON
    return Answer(refusal.status, body, content_type, headers)


def failed(failure: Failure, faults: Faults, now: float) -> Answer | None:
    """Return what a planned failure answers; None where the right answer is still to be given."""
    if failure in (Failure.TOO_MANY_REQUESTS, Failure.SERVER_ERROR, Failure.UNAVAILABLE):
        return refused(Refusal(int(failure)), faults, now)
    return _FAILURES.get(failure)


async def deliver(answer: Answer, scope: Scope, receive: Receive, send: Send) -> None:
    """Send the answer, or as much of it as is to arrive."""
    headers = {"content-type": answer.content_type, **answer.headers}
    match answer.delivery:
        case "whole":
            await Response(answer.body, answer.status, headers)(scope, receive, send)
        case "cut":
            # The server closes a connection whose answer is not complete when the application returns.
            headers["content-length"] = str(len(answer.body))
            raw = [(name.encode(), value.encode()) for name, value in headers.items()]
            await send({"type": "http.response.start", "status": answer.status, "headers": raw})
            half = answer.body[: len(answer.body) // 2]
            await send({"type": "http.response.body", "body": half, "more_body": True})
        case "none":
            scope["state"]["transport"].close()
            while (await receive())["type"] != "http.disconnect":
                pass


def _retry_after(wait_seconds: float, faults: Faults, now: float) -> dict[str, str]:
    """Return the header: of a real refusal with its real wait, of a planned one as it is set."""
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
