"""This module is a proxy to the sandbox that may answer itself, with all that it was sent in the answer.

What it echoes is what a careless proxy or a debugging server would: the credentials, the whole
request, and a person.
"""

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import NamedTuple

import httpx

from tests.end_to_end.secret_markers import API_KEY, NOTE, TOKEN, USERNAME
from tests.sample_shop import API_KEY as SANDBOX_KEY
from tests.sample_shop import USERNAME as SANDBOX_USERNAME


class Reply(NamedTuple):
    """An answer; `cut` bytes of it never arrive."""

    status: int
    body: bytes
    content_type: str = "application/json"
    headers: tuple[tuple[str, str], ...] = ()
    cut: int = 0


Asked = BaseHTTPRequestHandler
Answerer = Callable[[Asked], Reply | None]


class EchoProxy(ThreadingHTTPServer):
    """Passes requests on to the sandbox, unless `answer` has another reply."""

    daemon_threads = True

    def __init__(self, sandbox_url: str) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.sandbox = httpx.Client(base_url=httpx.URL(sandbox_url).join("/"))
        self.answer: Answerer = lambda _: None

    @property
    def base_url(self) -> str:
        """Where it listens, as CIN7_BASE_URL wants it."""
        return f"http://127.0.0.1:{self.server_port}/api"


class _Handler(BaseHTTPRequestHandler):
    server: EchoProxy

    def do_GET(self) -> None:
        reply = self.server.answer(self) or self._from_sandbox()
        self.send_response(reply.status)
        self.send_header("Content-Type", reply.content_type)
        self.send_header("Content-Length", str(len(reply.body) + reply.cut))
        for name, value in reply.headers:
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(reply.body)
        self.close_connection = reply.cut > 0

    def _from_sandbox(self) -> Reply:
        """The sandbox has a key of its own."""
        if self.headers["Authorization"] != f"Basic {TOKEN}":
            return Reply(401, b'"Unauthorized access"')
        answer = self.server.sandbox.get(self.path, auth=(SANDBOX_USERNAME, SANDBOX_KEY))
        return Reply(answer.status_code, answer.content, answer.headers["content-type"])

    def log_message(self, *_: object) -> None:
        """Say nothing."""


def echo(asked: Asked) -> str:
    """The request as it came, with the credentials in clear and a person beside them."""
    return f"{asked.path} {asked.headers['Authorization']} {USERNAME}:{API_KEY}"


def refusal(status: int, *, headers: bool = True, **more: str) -> Answerer:
    """A refusal as Cin7 writes it, which echoes the request in its body and its headers."""
    named = tuple((name.replace("_", "-"), value) for name, value in more.items())

    def answer(asked: Asked) -> Reply:
        echoed = (("X-Request", echo(asked)), ("Set-Cookie", f"key={API_KEY}")) if headers else ()
        return Reply(status, json.dumps(echo(asked)).encode(), headers=(*echoed, *named))

    return answer


def error_page(status: int) -> Answerer:
    """A page for people, which shows the request and the record that was at fault."""

    def answer(asked: Asked) -> Reply:
        page = f"<html><body><h1>Error</h1><pre>{echo(asked)}\n{NOTE}</pre></body></html>"
        return Reply(status, page.encode(), "text/html; charset=utf-8")

    return answer


def stack_trace(asked: Asked) -> Reply:
    """A 500 with an object that holds the record at fault, as .NET writes one."""
    body = {"message": "An error has occurred.", "exceptionMessage": f"{NOTE} {echo(asked)}"}
    return Reply(500, json.dumps(body).encode())


def cut_record(_: Asked) -> Reply:
    """Half of a record, then the connection ends."""
    return Reply(200, json.dumps([{"id": 1, "notes": NOTE}]).encode()[:-8], cut=100)


def cut_body(_: Asked) -> Reply:
    """Half of a record, as if it were all."""
    return Reply(200, json.dumps([{"id": 1, "notes": NOTE}]).encode()[:-8])


def wrong_type(field: str, value: object = NOTE) -> Answerer:
    """A record with a person where something else is declared."""
    record = {"id": 1, "modifiedDate": "2026-06-30T00:00:00Z", "notes": NOTE, field: value}
    return lambda _: Reply(200, json.dumps([record]).encode())


@contextmanager
def open_echo_proxy(sandbox_url: str) -> Iterator[EchoProxy]:
    """Serve the proxy while the block lasts."""
    with EchoProxy(sandbox_url) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server
        server.shutdown()
        server.sandbox.close()
