"""This module serves an account on this machine over real HTTP while a `with` block is open.

What it answers is in `app`; the records are an `Account`'s.
"""

import asyncio
import socket
import threading
import time
from collections import Counter
from collections.abc import Callable, Collection
from datetime import datetime
from typing import Self

import uvicorn
from uvicorn.protocols.http.h11_impl import H11Protocol

from cin7_pipeline.sandbox.server.app import (
    CIN7_LIMITS,
    NO_LIMITS,
    Application,
    CallWindows,
    Limits,
    ReceivedRequest,
)
from cin7_pipeline.sandbox.server.faults import Failure, Faults
from cin7_pipeline.sandbox.server.handlers import RequestHandler
from cin7_pipeline.sandbox.server.listing import Account

__all__ = ["Account", "Failure", "Faults", "Limits", "ReceivedRequest", "SandboxServer"]

HOST = "127.0.0.1"


class SandboxServer:
    """Serves `account` on this machine as it is at `clock()`; a context manager.

    `limits=None` switches the limits off. They are counted by `limits_clock` (seconds since the
    epoch), as under a frozen `clock` a minute's calls would never come back. Port 0 is any free one.
    `requests` are all so far, in the order of the answers; `calls` counts those answered 200, by resource.
    """

    def __init__(
        self,
        account: Account,
        *,
        clock: Callable[[], datetime],
        username: str = "sandbox",
        api_key: str = "sandbox-key",
        limits: Limits | None = CIN7_LIMITS,
        faults: Faults | None = None,
        forbidden: Collection[str] = frozenset(),
        port: int = 0,
        limits_clock: Callable[[], float] = time.time,
    ) -> None:
        faults = Faults() if faults is None else faults
        self._app = Application(
            handler=RequestHandler(account, clock, faults),
            username=username,
            api_key=api_key,
            forbidden={name.lower() for name in forbidden},
            windows=CallWindows(limits or NO_LIMITS, limits_clock),
            faults=faults,
            limits_clock=limits_clock,
        )
        self.faults = faults  # to be changed while it runs
        self.requests: list[ReceivedRequest] = self._app.requests
        self.calls: Counter[str] = self._app.calls
        self._port = port
        self._server: uvicorn.Server | None = None
        self._thread: threading.Thread | None = None

    @property
    def base_url(self) -> str:
        """Where it answers, without the version; known once it has started."""
        return f"http://{HOST}:{self._port}/api"

    @property
    def username(self) -> str:
        """The user name of its only key."""
        return self._app.username

    @property
    def api_key(self) -> str:
        """The password of its only key, which opens nothing else."""
        return self._app.api_key

    def start(self) -> Self:
        """Serve in a thread of its own; return when the first call can be answered.

        Raises:
            OSError: the port is taken.
        """
        listener = socket.socket()
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind((HOST, self._port))
        except OSError as error:
            listener.close()
            msg = f"Port {self._port} on {HOST} is not free: {error.strerror}. Choose another one."
            raise OSError(msg) from None
        self._port = listener.getsockname()[1]
        config = uvicorn.Config(
            self._app,
            http=_ReachableConnection,
            ws="none",
            lifespan="off",
            log_config=None,
            log_level="critical",
            access_log=False,
            timeout_graceful_shutdown=0,
        )
        self._server = uvicorn.Server(config)
        self._thread = threading.Thread(
            target=self._server.run, args=([listener],), name="cin7-sandbox", daemon=True
        )
        self._thread.start()
        while not self._server.started and self._thread.is_alive():
            time.sleep(0.002)
        return self

    def wait(self) -> None:
        """Return when the server has been stopped."""
        if self._thread is not None:
            self._thread.join()

    def stop(self) -> None:
        """Stop serving and free the port; calls that are under way are cut off."""
        if self._server is not None:
            self._server.should_exit = True
        self.wait()
        self._app.stop()
        self._server = self._thread = None

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.stop()


class _ReachableConnection(H11Protocol):
    """Lets the application reach the connection, which it has to for hanging up unanswered."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self.app_state = {**self.app_state, "transport": transport}
