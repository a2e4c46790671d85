"""This module GETs from Cin7, within the rate limits and with retries.

It cannot send anything but GET (`read_only`). What an answer means is in `responses`, how long to wait in
`retry`, pages are in `paging`.
"""

import logging
import re
import threading
from collections import Counter
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from types import TracebackType
from typing import Any, Self
from urllib.parse import quote, urlencode

import httpx
import stamina
from msgspec import Raw

from cin7_pipeline.errors import Cin7Rejected, Cin7Unavailable, ContractBroken, QuotaExhausted
from cin7_pipeline.omni.rate_limit import RateLimiter
from cin7_pipeline.omni.read_only import ReadOnlyTransport
from cin7_pipeline.omni.responses import ARRAY, OBJECT, ApiResponse, Redactor, validate
from cin7_pipeline.omni.retry import Backoff, RetryableError, RetryPolicy

# 250 orders of half a megabyte each, which is a thousand lines; and a packed piece grows a thousandfold.
LONGEST_BODY = 128 * 2**20
# This logger writes the headers of every answer, in which a proxy may echo the credentials.
HEADER_LOGGER = "httpcore.http11"
# What httpcore tells when the last byte of a request is on its way.
REQUEST_SENT = "http11.send_request_body.complete"

Params = Mapping[str, str | int]


class Cin7Client:
    """A connection to one Cin7 account, which threads may share and which closes on exit.

    `rate_limiter` is asked before every attempt. The credentials are sent to the host of `base_url`
    (checked by the settings) and appear in no message, log, URL or repr.
    """

    def __init__(
        self,
        *,
        base_url: str,
        username: str,
        api_key: str,
        rate_limiter: RateLimiter,
        may_use_reserve: bool = False,
        transport: httpx.BaseTransport | None = None,
        retry_policy: RetryPolicy | None = None,
    ) -> None:
        self._base_url = httpx.URL(base_url)
        self._rate_limiter = rate_limiter
        self._may_use_reserve = may_use_reserve
        self._retry_policy = retry_policy or RetryPolicy()
        self._redact = Redactor(username, api_key)
        self._calls: Counter[str] = Counter()
        self._lock = threading.Lock()
        self._http = httpx.Client(
            auth=httpx.BasicAuth(username, api_key),
            headers={"Accept": "application/json", "User-Agent": "cin7-pipeline"},
            timeout=httpx.Timeout(
                self._retry_policy.read_timeout, connect=self._retry_policy.connect_timeout
            ),
            follow_redirects=False,
            transport=ReadOnlyTransport(
                self._base_url, transport, self._retry_policy.answer_timeout
            ),
        )
        logging.getLogger(HEADER_LOGGER).addFilter(_leave_headers_out)

    def __repr__(self) -> str:
        return f"Cin7Client({str(self._base_url)!r})"

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the connections."""
        self._http.close()

    def get(self, path: str, params: Params) -> list[Raw]:
        """Return the records of a list, each as the text that Cin7 sent.

        Raises:
            Cin7Unavailable: Cin7 kept failing after all attempts.
            QuotaExhausted: no call is left today.
            Cin7Rejected: Cin7 refuses the request or the key; says what to do.
        """
        return self._ask(path, params, ARRAY)

    def get_one(self, path: str, params: Params | None = None) -> Raw | None:
        """Return one record, a JSON object as the text that Cin7 sent; None where Cin7 has none.

        Raises what `get` raises, except for a 404.
        """
        try:
            return self._ask(path, params or {}, OBJECT)[0]
        except Cin7Rejected as error:
            if error.status != 404:
                raise
        return None

    def calls(self, path_prefix: str) -> int:
        """Return how many requests were sent to an endpoint and its records, failed ones included."""
        own = path_prefix.strip("/").lower()
        with self._lock:
            return sum(
                count
                for path, count in self._calls.items()
                if path == own or path.startswith(f"{own}/")
            )

    def url_of(self, path: str, params: Params) -> str:
        """Return the address that is asked; beyond about 2,000 characters Cin7 answers 404.

        A space is sent as %20, and what a query may hold unescaped stays as short as it is.
        """
        query = urlencode(params, quote_via=quote, safe="(),:/")
        address = f"{str(self._base_url).rstrip('/')}/{path.strip('/')}"
        return f"{address}?{query}" if query else address

    def _ask(self, path: str, params: Params, shape: Any) -> list[Raw]:
        # The exception of an attempt may have a credential in its context: raise outside of `except`.
        backoff = Backoff(self._retry_policy, self._rate_limiter)
        failure: RetryableError
        try:
            for attempt in stamina.retry_context(
                on=backoff, attempts=self._retry_policy.attempts, timeout=None
            ):
                with attempt:
                    with self._rate_limiter.turn(
                        may_use_reserve=self._may_use_reserve
                    ) as mark_sent:
                        with self._lock:
                            self._calls[path.strip("/").lower()] += 1
                        answer = self._send(path, params, mark_sent)
                    return validate(answer, shape, self._redact)
        except RetryableError as error:
            failure = error
        if backoff.exhausted_for is None:
            given_up = f"Given up after {backoff.failures} attempts"
            msg = f"{failure}. {given_up}: try again later; status.cin7.com tells of outages."
            raise Cin7Unavailable(msg)
        self._rate_limiter.mark_exhausted(backoff.exhausted_for)
        free_at = self._rate_limiter.returns_at(may_use_reserve=self._may_use_reserve)
        returns_at = free_at or datetime.now(UTC)
        msg = (
            f"{failure}. The day's calls are taken as spent until"
            f" {returns_at:%Y-%m-%d %H:%M:%S} UTC; perhaps another program uses the same key."
            " Run again then, or, if it was a mistake, end the pause with `cin7 forget pause`."
        )
        raise QuotaExhausted(msg, returns_at, said_by_cin7=True)

    def _send(self, path: str, params: Params, mark_sent: Callable[[], None]) -> ApiResponse:
        """Return Cin7's whole answer, whatever it is; say when the request has left.

        Raises:
            RetryableError: no answer, or one that broke off or took too long.
            ContractBroken: an answer that would fill the memory.
        """
        body = bytearray()

        def trace(event: str, _: Any) -> None:
            if event == REQUEST_SENT:
                mark_sent()

        try:
            with self._http.stream(
                "GET", self.url_of(path, params), extensions={"trace": trace}
            ) as response:
                _require_single_packing(path, response)
                for piece in response.iter_bytes():
                    body += piece
                    if len(body) > LONGEST_BODY:
                        msg = f"{path}: Cin7's answer is longer than {LONGEST_BODY:,} bytes; report this"
                        raise ContractBroken(msg)
                return ApiResponse(
                    asked=path,
                    where=str(params.get("where", "")),
                    status=response.status_code,
                    body=bytes(body),
                    retry_after=response.headers.get("Retry-After"),
                    location=response.headers.get("Location"),
                )
        except httpx.RequestError as error:
            reason = f"{type(error).__name__} {self._redact(str(error))}".strip()
        msg = f"{path}: no answer from Cin7 ({reason})"
        raise RetryableError(msg)


def _require_single_packing(path: str, response: httpx.Response) -> None:
    """Refuse a body that was packed twice: unpacking one piece of it could take any memory."""
    if "," in response.headers.get("Content-Encoding", ""):
        msg = f"{path}: Cin7's answer is packed more than once, which it never is; report this"
        raise ContractBroken(msg)


def _leave_headers_out(record: logging.LogRecord) -> bool:
    """Cut the headers of an answer, or the one that could not be read, off its log record."""
    message = record.getMessage()
    if message.startswith("receive_response_headers."):
        record.msg, record.args = re.split(r", \[|exception=", message)[0], ()
    return True
