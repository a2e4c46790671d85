"""This module bounds how long an answer may take, from the request to the last byte.

httpx bounds the wait for each piece only: header lines that come one a second, or one `102 Processing` after
another, would hold a run and its lock for ever.
"""

import time
from contextlib import suppress
from typing import Any

import httpcore
import httpx


class DeadlineTransport(httpx.HTTPTransport):
    """A transport whose every answer, headers included, has come whole within so many seconds."""

    def __init__(self, seconds: float, proxy: str | None = None) -> None:
        super().__init__(proxy=proxy)
        # httpx takes no network backend; its pool is httpcore's, which does.
        self._pool._network_backend = _Network(seconds, self._pool._network_backend)


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
