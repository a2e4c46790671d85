"""This module bounds how long an answer may take, from the request to the last byte.

httpx bounds the wait for each piece only: header lines that come one a second, or one `102 Processing` after
another, would hold a run and its lock for ever.
"""

import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

import httpcore
import httpx


class DeadlineTransport(httpx.BaseTransport):
    """A transport whose every answer, headers included, has come whole within so many seconds.

    httpx's own takes no network backend, its connection pool does; so this one opens the pool itself.
    """

    def __init__(self, seconds: float, proxy: str | None = None) -> None:
        via = httpx.Proxy(proxy) if proxy else None
        self._pool = httpcore.ConnectionPool(
            ssl_context=httpx.create_ssl_context(),
            proxy=httpcore.Proxy(str(via.url), auth=via.raw_auth, headers=via.headers.raw)
            if via
            else None,
            network_backend=_Network(seconds, httpcore.SyncBackend()),
        )

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Send a request and return the answer, whose body is read as it comes.

        Raises:
            httpx.TransportError: no answer, or one that took too long.
        """
        with _errors_of_httpx():
            response = self._pool.handle_request(
                httpcore.Request(
                    method=request.method,
                    url=httpcore.URL(
                        scheme=request.url.raw_scheme,
                        host=request.url.raw_host,
                        port=request.url.port,
                        target=request.url.raw_path,
                    ),
                    headers=request.headers.raw,
                    extensions=request.extensions,
                )
            )
        return httpx.Response(
            status_code=response.status,
            headers=response.headers,
            stream=_Body(response),
            extensions=response.extensions,
        )

    def close(self) -> None:
        """Close the connections."""
        self._pool.close()


class _Body(httpx.SyncByteStream):
    """The body of an answer, whose errors are httpx's."""

    def __init__(self, response: httpcore.Response) -> None:
        self._response = response

    def __iter__(self) -> Iterator[bytes]:
        with _errors_of_httpx():
            yield from self._response.iter_stream()

    def close(self) -> None:
        self._response.close()


@contextmanager
def _errors_of_httpx() -> Iterator[None]:
    """Turn an error of httpcore into httpx's, which has the same name."""
    try:
        yield
    except (
        httpcore.TimeoutException,
        httpcore.NetworkError,
        httpcore.ProtocolError,
        httpcore.ProxyError,
        httpcore.UnsupportedProtocol,
    ) as error:
        raise getattr(httpx, type(error).__name__)(str(error)) from error


class _Network(httpcore.NetworkBackend):
    """A network whose connections bound the answers."""

    def __init__(self, seconds: float, inner: httpcore.NetworkBackend) -> None:
        self._seconds = seconds
        self._inner = inner

    def connect_tcp(self, *args: Any, **options: Any) -> httpcore.NetworkStream:
        return _Stream(self._seconds, self._inner.connect_tcp(*args, **options))

    def connect_unix_socket(self, *args: Any, **options: Any) -> httpcore.NetworkStream:
        return _Stream(self._seconds, self._inner.connect_unix_socket(*args, **options))

    def sleep(self, seconds: float) -> None:
        self._inner.sleep(seconds)


class _Stream(httpcore.NetworkStream):
    """A connection on which what is written last must be answered in time."""

    def __init__(self, seconds: float, inner: httpcore.NetworkStream) -> None:
        self._seconds = seconds
        self._inner = inner
        self._deadline = time.monotonic() + seconds

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        left = self._deadline - time.monotonic()
        if timeout is not None and timeout < left:
            return self._inner.read(max_bytes, timeout)
        with suppress(httpcore.ReadTimeout):
            if left > 0:
                return self._inner.read(max_bytes, left)
        msg = f"the answer took longer than {self._seconds:g} s"
        raise httpcore.ReadTimeout(msg)

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._inner.write(buffer, timeout)
        self._deadline = time.monotonic() + self._seconds

    def close(self) -> None:
        self._inner.close()

    def start_tls(self, *args: Any, **options: Any) -> httpcore.NetworkStream:
        return _Stream(self._seconds, self._inner.start_tls(*args, **options))

    def get_extra_info(self, info: str) -> Any:
        return self._inner.get_extra_info(info)
