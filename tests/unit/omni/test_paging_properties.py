"""What holds of every walk over a list, however it is paged and whatever people change meanwhile."""

import re
import threading
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import Raw

from cin7_pipeline.errors import Cin7Rejected, Cin7Unavailable
from cin7_pipeline.omni.by_id import read_by_id
from cin7_pipeline.omni.endpoint import Endpoint
from cin7_pipeline.omni.endpoints import PRODUCT_OPTIONS, SALES_ORDERS, STOCK
from cin7_pipeline.omni.offset import PASSES
from cin7_pipeline.omni.page import Page
from cin7_pipeline.omni.paging import Paginator
from cin7_pipeline.sandbox.server.faults import Faults
from cin7_pipeline.sandbox.server.handlers import RequestHandler, find_route
from cin7_pipeline.sandbox.server.where import InvalidQuery

NOW = datetime(2026, 6, 30, tzinfo=UTC)
STAMP = "2026-06-30T00:00:00Z"
Row = tuple[int, ...]


@dataclass
class Server:
    """One list that is edited between two calls, answered by the sandbox's own query code.

    It stands in for the client: limits, retries and HTTP are tested elsewhere. `edits` are done one
    before each call, from the second on; a row is its key, and rows stand in the order of `rows`.
    """

    endpoint: Endpoint
    rows: list[Row]
    edits: list[tuple[str, Any]] = field(default_factory=list)
    faults: Faults = field(default_factory=Faults)
    refuses_keys: bool = False
    calls: int = 0
    deleted: set[Row] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.faults.edit_while_reading = lambda *_: self._edit()
        self._reader = RequestHandler(self, lambda: NOW, self.faults)
        self._left = list(self.edits)
        self._answering = threading.Lock()

    __hash__ = object.__hash__

    def get(self, path: str, params: dict[str, Any]) -> list[Raw]:
        """A page of the list, as the client returns it."""
        route = find_route(f"/api/{path}")
        assert route is not None
        if self.refuses_keys and re.search("[a-z]Id [<>]|id [<>]", params.get("where", "")):
            raise Cin7Rejected(path, 400)
        try:
            with self._answering:
                page = self._reader.page(
                    route, {name: str(value) for name, value in params.items()}
                )
        except InvalidQuery as error:
            raise AssertionError(params) from error
        return raws(page)

    def get_one(self, path: str, _params: dict[str, Any]) -> Raw | None:
        """A record by its id, as the client returns it; None where there is none."""
        self._edit()
        number = int(path.rsplit("/", 1)[-1])
        found = [record for record in self.records() if record["id"] == number]
        return raws(found)[0] if found else None

    def url_of(self, *_: object) -> str:
        """An address that is short."""
        return ""

    def records(self, *_: object) -> list[dict[str, Any]]:
        """The list as it stands."""
        names = [
            c.field for name in self.endpoint.key for c in self.endpoint.columns if c.name == name
        ]
        return [
            {**{n: _wire(n, v) for n, v in zip(names, row, strict=True)}, "modifiedDate": STAMP}
            for row in self.rows
        ]

    def _edit(self) -> None:
        self.calls += 1
        if self.calls == 1 or not self._left:
            return
        kind, what = self._left.pop(0)
        if kind == "delete" and self.rows:
            self.deleted.add(self.rows.pop(what % len(self.rows)))
        elif kind == "save" and self.rows:
            self.rows.append(self.rows.pop(what % len(self.rows)))
        elif kind == "add" and what[0] not in self.rows and what[0] not in self.deleted:
            self.rows.insert(what[1] % (len(self.rows) + 1), what[0])


def raws(records: list[dict[str, Any]]) -> list[Raw]:
    """The records as JSON."""
    return [Raw(msgspec.json.encode(record)) for record in records]


def _wire(name: str, value: int) -> int | str:
    return f"S{value}" if name == "size" else value


def key_of(endpoint: Endpoint, record: dict[str, Any]) -> Row:
    """A record's key as `Server` keeps it."""
    fields = [c.field for name in endpoint.key for c in endpoint.columns if c.name == name]
    values = [record[name] for name in fields]
    return tuple(int(v[1:]) if isinstance(v, str) else v for v in values)


def found_by(server: Server, pages: Iterable[Page]) -> set[Row]:
    """The keys of all records that were returned."""
    return {
        key_of(server.endpoint, msgspec.json.decode(raw)) for page in pages for raw in page.records
    }


ids = st.integers(1, 9)
small = st.integers(1, 4)
ENDPOINT_ROWS = {
    SALES_ORDERS: st.tuples(ids),
    PRODUCT_OPTIONS: st.tuples(st.integers(1, 4), small),
    STOCK: st.tuples(st.integers(1, 3), small, small),
}
endpoints = st.sampled_from(list(ENDPOINT_ROWS))
filters = st.sampled_from([None, f"modifiedDate >= '{STAMP}'"])


page_sizes = st.sampled_from([2, 3, 4, 15])
# Keys that an earlier read found, which may be gone by now, and others there.
expected_keys = st.lists(ids, max_size=12).map(sorted)


@st.composite
def edited(draw: st.DrawFn, *kinds: str, most: int = 12) -> tuple[Endpoint, list[Row], list[Any]]:
    """An endpoint, the rows of its list, and what people do to them."""
    endpoint = draw(endpoints)
    row = ENDPOINT_ROWS[endpoint]
    actions = {
        "add": st.tuples(st.just("add"), st.tuples(row, st.integers(0, 20))),
        "delete": st.tuples(st.just("delete"), st.integers(0, 20)),
        "save": st.tuples(st.just("save"), st.integers(0, 20)),
        "rest": st.just(("rest", None)),
    }
    edits = st.lists(st.one_of(*(actions[kind] for kind in ("rest", *kinds))), max_size=most)
    return endpoint, draw(st.lists(row, unique=True, max_size=8)), draw(edits)


# A row is lost by a few edits at the right moment only, and a walk takes a millisecond.
many = settings(max_examples=5 * settings.default.max_examples)


@many
@given(edited("add", "delete", "save"), st.just(1) | page_sizes, filters, expected_keys)
def test_what_was_there_all_the_time_is_returned(
    case: tuple[Endpoint, list[Row], list[Any]], size: int, where: str | None, expected: list[int]
) -> None:
    """Keyset pages return every row that nobody deleted, for any page size and any edit in between."""
    endpoint, rows, edits = case
    server = Server(endpoint, list(rows), edits)
    walk = Paginator(server, endpoint, where, expected=expected, rows=size)
    try:
        found = found_by(server, walk)
    except Cin7Unavailable:  # said, not missed: a tie lost a row in every pass
        assert endpoint.has_tied_rows
        assert len(server.deleted) >= PASSES - 1
        return
    assert found >= set(rows) - server.deleted
    assert found <= {*rows, *server.deleted, *server.rows}


@given(
    endpoints.flatmap(lambda e: st.tuples(st.just(e), st.lists(ENDPOINT_ROWS[e], unique=True))),
    st.integers(2, 15),
    filters,
)
def test_a_quiet_list_is_read_once_and_by_key(
    case: tuple[Endpoint, list[Row]], size: int, where: str | None
) -> None:
    """Where nothing changes and the server does as documented, nothing is read by page numbers."""
    endpoint, rows = case
    server = Server(endpoint, list(rows))
    walk = Paginator(server, endpoint, where, rows=size)
    pages = list(walk)
    assert found_by(server, pages) == set(rows)
    ties = max((sum(row[0] == other[0] for other in rows) for row in rows), default=0)
    if ties < size:
        assert not walk.used_offset_pages
        assert sum(len(page.records) for page in pages) <= 3 * len(rows)


broken_servers = st.fixed_dictionaries(
    {
        "ids_filter": st.sampled_from(["honoured", "dropped_when_combined", "ignored"]),
        "ignored_parameters": st.sampled_from([set(), {"order"}]),
        "duplicate_rows_across_pages": st.booleans(),
    }
)


@many
@given(
    edited("add", "delete"),
    page_sizes,
    st.tuples(filters, expected_keys),
    broken_servers,
    st.booleans(),
)
def test_a_server_that_cannot_page_by_key_is_read_whole_all_the_same(
    case: tuple[Endpoint, list[Row], list[Any]],
    size: int,
    asked: tuple[str | None, list[int]],
    broken: dict[str, Any],
    refuses: bool,
) -> None:
    """It may lose the id filter or the order, repeat rows or refuse: all that stayed is returned."""
    endpoint, rows, edits = case
    # A page of two rows that repeats one goes one row further: a row added meanwhile undoes that.
    size += broken["duplicate_rows_across_pages"]
    server = Server(endpoint, list(rows), edits, Faults(**broken), refuses_keys=refuses)
    where, expected = asked
    walk = Paginator(server, endpoint, where, expected=expected, rows=size)
    try:
        found = found_by(server, walk)
    except Cin7Unavailable:  # said, not missed
        assert len(server.deleted) >= PASSES - 1
        return
    assert found >= set(rows) - server.deleted
    assert found <= {*rows, *server.deleted, *server.rows}


@given(edited("add", "delete"), st.sets(ids, max_size=12), st.integers(1, 5), broken_servers)
def test_records_asked_for_by_id_are_returned(
    case: tuple[Endpoint, list[Row], list[Any]],
    wanted: set[int],
    at_once: int,
    broken: dict[str, Any],
) -> None:
    """Every wanted record that nobody deleted comes back, and none that was not asked for."""
    _, rows, edits = case
    rows = [(row[0],) for row in {row[0]: row for row in rows}.values()]
    edits = [("rest", None) if kind == "add" else (kind, what) for kind, what in edits]
    server = Server(SALES_ORDERS, rows.copy(), edits, Faults(**broken))
    found = found_by(server, read_by_id(server, SALES_ORDERS, wanted, at_once=at_once))
    assert found >= {row for row in rows if row[0] in wanted} - server.deleted
    assert {row[0] for row in found} <= wanted
