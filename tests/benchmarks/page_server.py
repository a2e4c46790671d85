"""The page files over loopback HTTP, as fast as files can be served: by page number and by last id."""

import re
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import msgspec

from tests.benchmarks.orders import PAGE_ROWS, page_files

# What else a first read asks for; here all orders lie inside the lookback.
OPEN_DOCUMENTS = "IS NULL"


@contextmanager
def serve(pages: Path) -> Iterator[str]:
    """The address of a server of this process that answers `page=` and `where=…id > n` with a page."""
    bodies = [file.read_bytes() for file in page_files(pages)]
    server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(bodies))
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/api"
    finally:
        server.shutdown()
        thread.join()


def page(bodies: Sequence[bytes], asked: Mapping[str, str]) -> bytes:
    """What the server answers: the page behind an id or of a number, or the last one backwards."""
    where = asked.get("where", "")
    after = re.search(r"\bid > (\d+)", where)
    place = int(after[1]) // PAGE_ROWS if after else int(asked.get("page", 1)) - 1
    if place >= len(bodies) or OPEN_DOCUMENTS in where:
        return b"[]"
    return _backwards(bodies[-1]) if asked.get("order") == "id DESC" else bodies[place]


def _backwards(body: bytes) -> bytes:
    return msgspec.json.encode(msgspec.json.decode(body, type=list[msgspec.Raw])[::-1])


def _handler(bodies: list[bytes]) -> type[BaseHTTPRequestHandler]:
    class Pages(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            asked = {
                name: values[0] for name, values in parse_qs(urlsplit(self.path).query).items()
            }
            body = page(bodies, asked)
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Quiet."""

    return Pages
