"""Page files over loopback HTTP: filtered by dates and by id, backwards, or by page number.

The orders are kept as the text they were written in, so that serving costs next to nothing.
"""

import re
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import islice
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import msgspec

from tests.benchmarks.orders import PAGE_ROWS, page_files

# What else a first read asks for; here all orders lie inside the lookback.
OPEN_DOCUMENTS = "IS NULL"
ID = re.compile(r"\bid ([<>]=?|=) (\d+)")
SPAN = re.compile(r"(modifiedDate|createdDate) >= '([^']+)'(?: AND \1 < '([^']+)')?")


class Dates(msgspec.Struct):
    """What a filter looks at."""

    modifiedDate: datetime  # noqa: N815
    createdDate: datetime  # noqa: N815


def places_of(where: str, count: int) -> range:
    """The places of the orders in a range of ids, which have no gaps and begin with 1."""
    first, last = 1, count
    for operator, number in ID.findall(where):
        if operator in (">", ">=", "="):
            first = max(first, int(number) + (operator == ">"))
        if operator in ("<", "<=", "="):
            last = min(last, int(number) - (operator == "<"))
    return range(first - 1, max(first - 1, last))


class PageList:
    """The orders of some page files, answered as Cin7 would answer our questions and dlt's."""

    def __init__(self, pages: Path) -> None:
        bodies = [file.read_bytes() for file in page_files(pages)]
        self._texts = [
            raw for body in bodies for raw in msgspec.json.decode(body, type=list[msgspec.Raw])
        ]
        self._dates = [
            each for body in bodies for each in msgspec.json.decode(body, type=list[Dates])
        ]

    def answer(self, asked: Mapping[str, str]) -> bytes:
        """One page."""
        where = asked.get("where", "")
        if OPEN_DOCUMENTS in where:
            return b"[]"
        places = places_of(where, len(self._texts))
        if asked.get("order", "").endswith("DESC"):
            places = places[::-1]
        skipped = (int(asked.get("page", 1)) - 1) * PAGE_ROWS
        matching = self._matching(places, where)
        page = islice(matching, skipped, skipped + PAGE_ROWS)
        return b"[" + b",".join(self._texts[place] for place in page) + b"]"

    def _matching(self, places: range, where: str) -> Iterator[int]:
        spans = [
            (field, datetime.fromisoformat(start), datetime.fromisoformat(end) if end else None)
            for field, start, end in SPAN.findall(where)
        ]
        for place in places:
            dates = self._dates[place]
            moments = ((getattr(dates, field), start, end) for field, start, end in spans)
            if not spans or any(
                start <= at and (end is None or at < end) for at, start, end in moments
            ):
                yield place


@contextmanager
def serve(pages: Path, port: int = 0) -> Iterator[str]:
    """The address of a server of this process that answers with pages of the orders; port 0 is any."""
    server = ThreadingHTTPServer(("127.0.0.1", port), _handler(PageList(pages)))
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/api"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def _handler(pages: PageList) -> type[BaseHTTPRequestHandler]:
    class Pages(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            query = parse_qs(urlsplit(self.path).query)
            body = pages.answer({name: values[0] for name, values in query.items()})
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Quiet."""

    return Pages
