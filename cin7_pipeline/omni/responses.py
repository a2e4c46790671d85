"""This module says what an answer of Cin7 means: a good body, a failure to try again, or a refusal.

A refusal is quoted as it came, in one line and without credentials, because support needs Cin7's own
words. Any other answer is only described: a failure may show the record it failed at, and with it a
person. Statuses and bodies: `README.md`, Errors.
"""

import base64
import html
import json
import re
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Any
from urllib.parse import quote

import msgspec
from msgspec import Raw

from cin7_pipeline.errors import Cin7Rejected, ContractBroken
from cin7_pipeline.omni.coercion import without_half_characters
from cin7_pipeline.omni.retry import RetryableError, retry_after_seconds
from cin7_pipeline.text import printable

QUOTE_LENGTH = 500
BYTE_ORDER_MARK = b"\xef\xbb\xbf"
CONNECTION_PAGE = "Cin7 under Settings > Integrations & API > API v1"

ARRAY = list[Raw]
OBJECT = dict[str, Raw]


@dataclass(frozen=True)
class ApiResponse:
    """One HTTP answer, read to its end, and what was asked: the path and the filter."""

    asked: str
    status: int
    body: bytes
    where: str = ""
    retry_after: str | None = None
    location: str | None = None


class Redactor:
    """A function that hides the credentials in a text, in every spelling an answer could echo."""

    def __init__(self, username: str, api_key: str) -> None:
        token = base64.b64encode(f"{username}:{api_key}".encode()).decode()
        spellings = {
            spelling
            for secret in (username, api_key, token)
            if secret
            for spelling in (
                secret,
                quote(secret, safe=""),
                html.escape(secret),
                json.dumps(secret)[1:-1],
            )
        }
        longest_first = sorted(spellings, key=len, reverse=True)
        self._pattern = re.compile("|".join(map(re.escape, longest_first)) or "(?!)", re.IGNORECASE)

    def __call__(self, text: str) -> str:
        """Return the text with `[hidden]` for each credential."""
        return self._pattern.sub("[hidden]", text)


def validate(answer: ApiResponse, shape: Any, redact: Redactor) -> list[Raw]:
    """Return the records of a good answer, which is JSON of `shape`: an `ARRAY`, or an `OBJECT` alone.

    Raises:
        RetryableError: a failure of the moment; another attempt may do.
        ContractBroken: records are nested so deeply that they cannot be read.
        Cin7Rejected: asking again would not help; says what Cin7 said and what to do.
    """
    if answer.status == HTTPStatus.OK:
        return _parsed(answer, shape, redact)
    failed = f"{answer.asked}: Cin7 answered {answer.status} with {describe_body(answer.body)}"
    if answer.status == HTTPStatus.TOO_MANY_REQUESTS:
        wait = retry_after_seconds(answer.retry_after, datetime.now(UTC))
        raise RetryableError(failed, answer.status, wait)
    if answer.status == HTTPStatus.REQUEST_TIMEOUT or not 300 <= answer.status < 500:
        raise RetryableError(failed, answer.status)
    said = f"{answer.asked}: Cin7 answered {answer.status} {quote_body(answer.body, redact)}"
    msg = f"{said}. {_advice(answer, redact)}"
    raise Cin7Rejected(msg, answer.status)


def quote_body(body: bytes, redact: Redactor) -> str:
    """Return what Cin7 said (a JSON string, an object, HTML or nothing), in one line of limited length."""
    text = printable(redact(" ".join(body.decode("utf-8", "replace").split())))
    if not text:
        return "with an empty body"
    return text if len(text) <= QUOTE_LENGTH else f"{text[:QUOTE_LENGTH]}…"


def describe_body(body: bytes) -> str:
    """Return what kind of answer came and how long it is, without a word of it."""
    start = body.lstrip()[:1]
    if not start:
        return "an empty body"
    kind = {b"<": "a page", b"{": "an object", b"[": "a list"}.get(start, "a text")
    return f"{kind} of {len(body):,} bytes"


def _parsed(answer: ApiResponse, shape: Any, redact: Redactor) -> list[Raw]:
    body = answer.body.removeprefix(BYTE_ORDER_MARK)
    try:
        body.decode()
        found = msgspec.json.decode(body, type=shape)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        fault = redact(str(error))
    except RecursionError:
        fault = ""
    else:
        return found if shape is ARRAY else [Raw(body)]
    if not fault:
        msg = (
            f"{answer.asked}: records are nested too deeply to be read ({describe_body(body)})."
            " Nothing was changed; report this"
        )
        raise ContractBroken(msg)
    repaired = without_half_characters(body)
    if repaired != body:
        return _parsed(replace(answer, body=repaired), shape, redact)
    name = "array" if shape is ARRAY else "object"
    msg = f"{answer.asked}: Cin7's answer is not a JSON {name}: {fault} ({describe_body(body)})"
    raise RetryableError(msg, answer.status)


def _advice(answer: ApiResponse, redact: Redactor) -> str:
    match answer.status:
        case 400:
            filtered = f" (where: {answer.where[:QUOTE_LENGTH]})" if answer.where else ""
            return f"The request is at fault, not the key{filtered}: report this line."
        case 401:
            return (
                "The API username or key is wrong, or the key was generated anew: compare"
                f" CIN7_USERNAME and CIN7_API_KEY with {CONNECTION_PAGE}."
            )
        case 403:
            resource = answer.asked.strip("/").split("/")[1]
            return (
                f"The key lacks the permission {resource} × Read: switch it on in"
                f" {CONNECTION_PAGE}, at this connection."
            )
        case 404:
            return (
                "Nothing is at this address: check CIN7_BASE_URL. Cin7 also says this when a"
                " request is too long."
            )
        case status if status < 400:
            target = redact((answer.location or "nowhere").split("?")[0])
            return f"It redirects to {target}, which is not followed: check CIN7_BASE_URL."
        case _:
            return "Asking again would not help: check CIN7_BASE_URL and the API connection."
