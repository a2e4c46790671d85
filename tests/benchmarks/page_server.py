"""The page files over loopback HTTP, as fast as files can be served: by page number and by last id."""

import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

from tests.benchmarks.orders import PAGE_ROWS, page_files

# What else a first read asks for; here all orders lie inside the lookback.
OPEN_DOCUMENTS = "IS NULL"
BEHIND_ALL = 10**9


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


def page_number(where: str, number: int) -> int:
    """Which page, from 0, holds what comes after the id in `where`; ids have no gaps."""
    if OPEN_DOCUMENTS in where:
        return BEHIND_ALL
    after = re.search(r"\bid > (\d+)", where)
    return int(after[1]) // PAGE_ROWS if after else number - 1


def _handler(bodies: list[bytes]) -> type[BaseHTTPRequestHandler]:
    class Pages(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            asked = {
                name: values[0] for name, values in parse_qs(urlsplit(self.path).query).items()
            }
            place = page_number(asked.get("where", ""), int(asked.get("page", 1)))
            body = bodies[place] if place < len(bodies) else b"[]"
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Quiet."""

    return Pages
