"""The client against a real server on this machine: what only a socket can do wrong."""

import gzip
import logging
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from msgspec import Raw

from cin7_pipeline.errors import Cin7Unavailable, ContractBroken
from cin7_pipeline.omni.retry import RetryPolicy
from cin7_pipeline.runtime import configure

QUICK = RetryPolicy(scale=0, read_timeout=0.2, connect_timeout=1, answer_timeout=0.5)
Misbehave = Callable[[BaseHTTPRequestHandler], None]


class Server(ThreadingHTTPServer):
    """Answers `[1]`; the first `failures` requests are answered by `misbehave` instead."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.misbehave: Misbehave = lambda _: None
        self.failures = 0
        self.headers_seen: list[dict[str, str]] = []

    @property
    def base_url(self) -> str:
        """Where the server listens."""
        return f"http://127.0.0.1:{self.server_port}/api"


class Handler(BaseHTTPRequestHandler):
    """One request."""

    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        """Misbehave or answer."""
        self.server.headers_seen.append(dict(self.headers))
        if len(self.server.headers_seen) <= self.server.failures:
            self.close_connection = True
            self.server.misbehave(self)
        else:
            answer(self, b"[1]", 3)

    def log_message(self, *_: object) -> None:
        """Stay quiet."""


def answer(request: BaseHTTPRequestHandler, body: bytes, length: int) -> None:
    """Send a body that claims to be of this length."""
    request.send_response(200)
    request.send_header("Content-Type", "application/json; charset=utf-8")
    request.send_header("Content-Length", str(length))
    request.end_headers()
    request.wfile.write(body)
    request.wfile.flush()


def say_nothing(request: BaseHTTPRequestHandler) -> None:
    """Keep the connection open without an answer."""
    time.sleep(0.5)


def drop(request: BaseHTTPRequestHandler) -> None:
    """Close the connection instead of answering."""


def reset(request: BaseHTTPRequestHandler) -> None:
    """Tear the connection down, so that the other side gets a reset."""
    linger = b"\x01\x00\x00\x00\x00\x00\x00\x00"
    request.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
    request.connection.close()


def cut(request: BaseHTTPRequestHandler) -> None:
    """Close the connection in the middle of a body."""
    answer(request, b'[{"id": 1}, {"id"', 5000)


def stall(request: BaseHTTPRequestHandler) -> None:
    """Stop in the middle of a body and keep the connection open."""
    answer(request, b'[{"id": 1},', 5000)
    time.sleep(0.5)


def drip(request: BaseHTTPRequestHandler) -> None:
    """Send a body so slowly that no single piece is late but the whole never comes."""
    answer(request, b"[", 5000)
    for _ in range(15):
        time.sleep(0.1)
        try:
            request.wfile.write(b" ")
            request.wfile.flush()
        except OSError:
            return


def drip_headers(request: BaseHTTPRequestHandler) -> None:
    """Send one header line after another, each in time, and never a body."""
    repeat(request, b"HTTP/1.1 200 OK\r\n", b"X-Line: more\r\n")


def announce(request: BaseHTTPRequestHandler) -> None:
    """Say again and again that the request is being worked on."""
    repeat(request, b"", b"HTTP/1.1 102 Processing\r\n\r\n")


def repeat(request: BaseHTTPRequestHandler, first: bytes, more: bytes) -> None:
    """Send a beginning and then the same again and again, until nobody listens."""
    request.wfile.write(first)
    with suppress(OSError):
        for _ in range(100):
            request.wfile.write(more)
            request.wfile.flush()
            time.sleep(0.05)


def talk_nonsense(request: BaseHTTPRequestHandler) -> None:
    """ApiResponse with something that is not HTTP."""
    request.wfile.write(b"220 smtp ready\r\n\r\n")


@pytest.fixture
def server() -> Iterator[Server]:
    """A server that is up for one test."""
    with Server() as running:
        thread = threading.Thread(target=running.serve_forever, args=(0.02,), daemon=True)
        thread.start()
        yield running
        running.shutdown()
        thread.join()


@pytest.mark.parametrize("misbehave", [say_nothing, drop, reset, cut, stall, drip, talk_nonsense])
def test_a_broken_answer_is_asked_for_again(client_for, server, misbehave):
    """However an answer breaks off, the next attempt gets the whole body and never half of it."""
    server.misbehave, server.failures = misbehave, 1
    with client_for(base_url=server.base_url, retry_policy=QUICK) as client:
        assert client.get("v1/Stock", {"rows": 250}) == [Raw(b"1")]
    assert client.calls("v1/Stock") == 2


@pytest.mark.parametrize("misbehave", [say_nothing, cut])
def test_a_server_that_stays_broken_is_unavailable(client_for, server, caplog, misbehave):
    """After all attempts the error says so, and neither it nor any log holds the credentials."""
    caplog.set_level(logging.DEBUG)
    configure()
    server.misbehave, server.failures = misbehave, 99
    client = client_for(base_url=server.base_url, retry_policy=QUICK, api_key="s3cr3t-key")
    with (
        client,
        pytest.raises(Cin7Unavailable, match=r"v1/Stock: no answer .* 5 attempts") as failed,
    ):
        client.get("v1/Stock", {})
    assert len(server.headers_seen) == 5
    token = server.headers_seen[0]["Authorization"].removeprefix("Basic ")
    logged = "\n".join(f"{record.getMessage()} {vars(record)!r}" for record in caplog.records)
    assert {"httpcore.http11", "cin7_pipeline.omni.client"} <= {r.name for r in caplog.records}
    for secret in ("s3cr3t-key", "OrchidTradersAU", token):
        assert secret not in f"{logged} {failed.value!r}"


@pytest.mark.parametrize("misbehave", [drip, drip_headers, announce])
def test_an_answer_that_never_ends_is_given_up(client_for, server, misbehave):
    """A body, headers or interim answers whose pieces each come in time are bounded as a whole."""
    server.misbehave, server.failures = misbehave, 99
    once = replace(QUICK, attempts=1)
    client = client_for(base_url=server.base_url, retry_policy=once)
    with client, pytest.raises(Cin7Unavailable, match=r"took longer than 0\.5 s"):
        client.get("v1/Stock", {})


def pack(times: int) -> Misbehave:
    """Answer with a list that is a thousand times as long once it is unpacked that often."""

    def answer_packed(request: BaseHTTPRequestHandler) -> None:
        body = b"[" + b" " * 2**21 + b"]"
        for _ in range(times):
            body = gzip.compress(body)
        request.send_response(200)
        request.send_header("Content-Encoding", ", ".join(["gzip"] * times))
        request.send_header("Content-Length", str(len(body)))
        request.end_headers()
        with suppress(OSError):
            request.wfile.write(body)

    return answer_packed


@pytest.mark.parametrize(("times", "words"), [(1, "longer than"), (2, "packed more than once")])
def test_a_body_is_bounded_before_it_fills_the_memory(
    client_for, server, monkeypatch, times, words
):
    """However small it comes, an answer is never unpacked beyond what a page can be, nor asked for again."""
    monkeypatch.setattr("cin7_pipeline.omni.client.LONGEST_BODY", 2**20)
    server.misbehave, server.failures = pack(times), 99
    client = client_for(base_url=server.base_url, retry_policy=RetryPolicy(scale=0))
    with client, pytest.raises(ContractBroken, match=words):
        client.get("v1/Stock", {})
    assert len(server.headers_seen) == 1


def test_a_server_that_is_not_there_is_unavailable(client_for, capfd):
    """A refused connection is retried and named, and nothing is printed."""
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        port = unused.getsockname()[1]
    client = client_for(base_url=f"http://127.0.0.1:{port}/api", retry_policy=QUICK)
    with client, pytest.raises(Cin7Unavailable, match="ConnectError"):
        client.get("v1/Stock", {})
    assert client.calls("v1/Stock") == 5
    assert capfd.readouterr().out == ""
