"""This module is where alerts and heartbeats go in tests: a server that remembers each call."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any


@dataclass
class AlertServer:
    """What was posted and how often a GET came; `status` is answered."""

    url: str = ""
    status: int = 200
    posted: list[Any] = field(default_factory=list)
    heartbeats: int = 0


@contextmanager
def open_alert_server() -> Iterator[AlertServer]:
    """Serve on this machine until the block ends."""
    remembered = AlertServer()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            remembered.heartbeats += 1
            self._answer()

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            remembered.posted.append(json.loads(body))
            self._answer()

        def _answer(self) -> None:
            self.send_response(remembered.status)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        remembered.url = f"http://127.0.0.1:{server.server_port}/services/T0/secret-part?x=1"
        Thread(target=server.serve_forever, daemon=True).start()
        yield remembered
        server.shutdown()
