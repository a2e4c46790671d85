"""This module reads one endpoint over one window and finds what is new, changed and deleted there.

It writes nothing: `sync.py` writes the `Extract` that it returns. It reads everything changed in the
window, open documents whatever their age, and records that others name. A record counts as deleted only
where Cin7 was asked for it at its own address and did not return it.
"""

import logging
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import duckdb
import pyarrow as pa

from cin7_pipeline.errors import Cin7Rejected, ContractBroken
from cin7_pipeline.load.records import (
    ChangedRecords,
    RecordReader,
    RecordVersion,
    Rejection,
    Tables,
)
from cin7_pipeline.load.report import LoadReport
from cin7_pipeline.load.state import Key, TableState
from cin7_pipeline.omni.by_id import ListOfIdsIgnored, read_by_id, read_one_by_one
from cin7_pipeline.omni.client import Cin7Client
from cin7_pipeline.omni.endpoint import Endpoint, SyncMode
from cin7_pipeline.omni.filters import and_modified_before, window_where
from cin7_pipeline.omni.page import Page
from cin7_pipeline.omni.paging import Paginator
from cin7_pipeline.window import Window

# So few missing records are never suspicious, however small the account.
DELETED_WITHOUT_QUESTION = 20
# So many are always asked for one by one; more of them only where that many may be deleted.
ASKED_ONE_BY_ONE = 100
# The same of records that cannot be read: single mistakes of other programs, no change of Cin7's.
REJECTED_WITHOUT_QUESTION = 10
# Documents and lines that are typed together: a query costs as much as typing some hundred rows.
ROWS_AT_ONCE = 20_000
# A record is found by its `modifiedDate` only a while after it, and Cin7's clock may be behind ours.
VISIBILITY_LAG = timedelta(minutes=10)

OnProgress = Callable[[str, int], None]
log = logging.getLogger(__name__)


def no_progress(_entity: str, _rows: int) -> None:
    """Ignore progress."""


class Extract:
    """What one read of an endpoint found: the newest version of each record, and the deleted keys."""

    def __init__(
        self,
        endpoint: Endpoint,
        window: Window,
        started_at: datetime,
        state: TableState,
        reader: RecordReader,
    ) -> None:
        self.endpoint = endpoint
        self.window = window
        self.started_at = started_at
        self.state = state
        self.versions: dict[Key, RecordVersion] = {}
        self.deleted: set[Key] = set()
        self.call_count = 0
        self.used_offset_pages = False
        self.seconds = 0.0
        self.reader = reader
        self.fetched_ids: set[int] = set()
        self._rejections: list[tuple[RecordVersion, Rejection]] = []
        self._changed = ChangedRecords(reader, self._rejections)
        self._tables: list[Tables] = []

    def add_page(self, page: Page) -> None:
        """Take the records of a page: each once, in the version that was modified last."""
        for version, raw in self.reader.split(page):
            known = self.versions.get(version.key)
            if known and (known.row_hash == version.row_hash or version.is_older_than(known)):
                continue
            self.versions[version.key] = version
            if self.state.hashes.get(version.key) != version.row_hash:
                self._changed.add(version, raw)
        if self._changed.row_count >= ROWS_AT_ONCE:
            self.type_changed()

    def type_changed(self) -> None:
        """Type the changed records that are not typed yet."""
        if self._changed.row_count:
            self._tables.append(self._changed.tables())
            self._changed = ChangedRecords(self.reader, self._rejections)

    @property
    def rejected(self) -> dict[Key, Rejection]:
        """Return why records are set aside that cannot be typed; what was known of them stays."""
        return {v.key: why for v, why in self._rejections if self.versions[v.key] is v}

    def require_few_rejected(self, share_limit: float) -> None:
        """Refuse the whole endpoint where so many records cannot be typed that its shape has changed.

        Raises:
            ContractBroken: more than the share of what was read; one record and its field are named.
        """
        rejected = self.rejected
        if len(rejected) <= max(REJECTED_WITHOUT_QUESTION, share_limit * len(self.versions)):
            return
        key, (field_name, reason) = next(iter(rejected.items()))
        raise self.reader.refusal(
            f"{len(rejected)} of {len(self.versions)} records cannot be read, more than the limit of"
            f" {share_limit:.0%}, {self.endpoint.page_key}={key[0]} among them: {field_name}: {reason}"
        )

    @property
    def complete_until(self) -> datetime | None:
        """Return until when everything that changed is known, without a gap, once this is loaded."""
        known, window = self.state.complete_until, self.window
        end = min(window.end or self.started_at, self.started_at)
        if known is None:
            return None if window.end else end
        return known if self.gap or end < known else end

    @property
    def gap(self) -> Window | None:
        """Return what lies between the time until which everything is known and the window."""
        known, start = self.state.complete_until, self.window.start
        is_later = known is not None and start is not None and known < start
        return Window(known, start) if is_later else None

    def should_list(self, created: datetime | None) -> bool:
        """Tell whether the window's list must have a record that was created then, however it was edited."""
        start, end = self.window.start, min(self.window.end or self.started_at, self.started_at)
        return start is None or (created is not None and start <= created < end)

    def expected_keys(self) -> list[int]:
        """Return the page keys of the rows that we hold and the window's list should have, in order."""
        return sorted(
            k[0] for k, created in self.state.created.items() if self.should_list(created)
        )

    def ids_named(self, endpoint: Endpoint) -> set[int]:
        """Return the ids of records of `endpoint` that the changed records name."""
        found: set[int] = set()
        for table, reference in self.endpoint.references_by_table:
            if reference.endpoint != endpoint.name:
                continue
            with duckdb.connect(config={"threads": 1}) as connection:
                for tables in list(self._tables):
                    is_own = table == self.endpoint.name
                    connection.register("named", tables.documents if is_own else tables.lines)
                    ids = connection.execute(f"select {reference.ids_sql} from named").fetchall()
                    found.update(record_id for (record_id,) in ids if record_id)
        return found

    @property
    def is_lookback(self) -> bool:
        """Tell whether everything changed since a day was asked for."""
        return self.window.start is not None and self.window.end is None

    def report(self, finished_at: datetime) -> LoadReport:
        """Return the receipt; records that were deleted and are back count as new."""
        hashes, rejected = self.state.hashes, self.rejected
        rows = len(self.versions) - len(rejected)
        new = len(self.versions.keys() - hashes.keys() - rejected.keys())
        unchanged = sum(hashes.get(key) == v.row_hash for key, v in self.versions.items())
        return LoadReport(
            entity=self.endpoint.name,
            window=self.window,
            started_at=self.started_at,
            finished_at=finished_at,
            rows_read=rows,
            new=new,
            changed=rows - new - unchanged,
            unchanged=unchanged,
            deleted=len(self.deleted),
            call_count=self.call_count,
            seconds=round(self.seconds, 3),
            unknown_fields=tuple(sorted(self.reader.unknown_fields)),
            used_offset_pages=self.used_offset_pages,
            complete_until=self.complete_until,
            gap=self.gap,
            rejected_ids=tuple(sorted({key[0] for key in rejected})),
        )

    @property
    def has_changes(self) -> bool:
        """Tell whether there is anything to write."""
        return any(rows for _, rows in self._newest())

    def changed_tables(self) -> tuple[pa.Table, pa.Table | None]:
        """Return the documents to write and their lines, and let go of them."""
        taken = [tables.take(rows) for tables, rows in self._newest() if rows]
        self._tables.clear()
        documents = pa.concat_tables([documents for documents, _ in taken])
        lines = [lines for _, lines in taken if lines is not None]
        return documents, pa.concat_tables(lines) if lines else None

    def _newest(self) -> Iterator[tuple[Tables, list[int]]]:
        """Yield the typed tables, with their rows that no later version replaced while we read."""
        for tables in self._tables:
            yield tables, [n for n, v in enumerate(tables.versions) if self.versions[v.key] is v]


@dataclass
class Extractor:
    """Reads endpoints of one account, all as of one timestamp."""

    client: Cin7Client
    now: datetime
    salt: bytes = field(repr=False)
    deleted_share_limit: float
    rejected_share_limit: float
    on_progress: OnProgress = no_progress

    def read(self, endpoint: Endpoint, window: Window, state: TableState) -> Extract:
        """Return what the endpoint's list holds of the window.

        Raises:
            ContractBroken: a record has another shape.
            Cin7Unavailable, Cin7Rejected: the account did not answer; nothing was changed.
        """
        extract = self.begin(endpoint, window, state)
        with self._adding_to(extract):
            self._read_open(extract)
            self._read_pages(extract, window_where(window), extract.expected_keys())
        return extract

    def begin(self, endpoint: Endpoint, window: Window, state: TableState) -> Extract:
        """Return an extract of the window in which nothing is yet."""
        return Extract(endpoint, window, self.now, state, RecordReader(endpoint, self.salt))

    def complete(self, extract: Extract, named_ids: Iterable[int] = ()) -> None:
        """Read by their ids what the list does not answer for, and what others name; find what is deleted.

        Raises:
            ContractBroken: more records cannot be read, or are missing, than the limits allow.
            Cin7Unavailable, Cin7Rejected: the account did not answer; the extract is of no use then.
        """
        with self._adding_to(extract):
            known = extract.state.hashes.keys() | extract.versions.keys()
            fetched = self._ids_to_fetch(extract) | set(named_ids).difference(k[0] for k in known)
            extract.fetched_ids |= fetched
            self._read_ids(extract, fetched)
            extract.deleted = self._deleted_keys(extract, fetched)
        extract.require_few_rejected(self.rejected_share_limit)

    def read_changed(self, extract: Extract, since: datetime) -> None:
        """Read once more what was modified since, so that the extract is of the present.

        Raises what `read` raises; what was read before stays in the extract.
        """
        with self._adding_to(extract):
            self._read_pages(extract, window_where(Window(since - VISIBILITY_LAG)))

    @contextmanager
    def _adding_to(self, extract: Extract) -> Iterator[None]:
        """Count what the block costs, and type what it read."""
        started, path = time.monotonic(), extract.endpoint.path
        calls_before = self.client.calls(path)
        try:
            yield
            extract.type_changed()
            extract.deleted -= extract.versions.keys()
        finally:
            extract.call_count += self.client.calls(path) - calls_before
            extract.seconds += time.monotonic() - started

    def _read_open(self, extract: Extract) -> None:
        """Read, on the first lookback, also the open documents that are older: stock still to come or go.

        They are read before the window, so that a document edited meanwhile is found in the window.
        """
        endpoint, start = extract.endpoint, extract.window.start
        is_first = extract.is_lookback and not extract.state.has_open_ended_read
        if endpoint.open_filter is None or start is None or not is_first:
            return
        try:
            self._read_pages(extract, and_modified_before(endpoint.open_filter, start))
        except Cin7Rejected as refusal:
            if refusal.status != 400:
                raise
            log.warning("%s: Cin7 does not list open documents before the lookback", endpoint.name)

    def _read_pages(
        self, extract: Extract, where: str | None, expected: Sequence[int] = ()
    ) -> None:
        pages = Paginator(self.client, extract.endpoint, where, expected=expected)
        for page in pages:
            extract.add_page(page)
            self.on_progress(extract.endpoint.name, len(extract.versions))
        extract.used_offset_pages |= pages.used_offset_pages

    def _read_ids(self, extract: Extract, ids: set[int]) -> None:
        for page in read_by_id(self.client, extract.endpoint, sorted(ids)):
            extract.add_page(page)

    def _ids_to_fetch(self, extract: Extract) -> set[int]:
        """Return the ids to fetch one by one, because the window does not answer for them.

        Open documents outside the window, what was marked deleted in the last days, what others name and
        is not loaded yet, records that were set aside, and options of which a size disappeared.
        """
        state = extract.state
        read_ids = {key[0] for key in extract.versions}
        ids = set(state.unresolved_ids)
        if extract.is_lookback:
            ids |= {key[0] for key in state.open_keys} | state.lately_deleted_ids
            ids |= {record_id for record_id, _ in state.rejected}
        ids -= read_ids
        if not extract.window.is_whole:
            # Of these ids some rows came and some did not: a size was taken off its option.
            ids |= {key[0] for key in state.hashes.keys() - extract.versions.keys()} & read_ids
        return ids

    def _deleted_keys(self, extract: Extract, fetched: set[int]) -> set[Key]:
        """Return the keys that Cin7 no longer has; each is asked for by its id before."""
        # What was created in the window must have been in it, and what was asked for must have come.
        expected = {
            key
            for key, created in extract.state.created.items()
            if key[0] in fetched or extract.should_list(created)
        }
        # A record that cannot be read came, though perhaps without its whole key.
        came = {key[0] for key in extract.rejected}
        missing = {key for key in expected - extract.versions.keys() if key[0] not in came}
        endpoint = extract.endpoint
        allowed = max(DELETED_WITHOUT_QUESTION, self.deleted_share_limit * len(expected))
        if endpoint.mode is SyncMode.FULL_REFRESH and missing and not extract.versions:
            msg = (
                f"{endpoint.name}: Cin7 returned nothing of {endpoint.name}, of which it had"
                f" {len(missing)} before. Nothing of it was changed; run again, and look in Cin7 if it"
                " stays so"
            )
            raise ContractBroken(msg)
        try:
            self._read_ids(extract, {key[0] for key in missing} - fetched)
        except ListOfIdsIgnored:
            self._read_pages(extract, window_where(extract.window))
        missing -= extract.versions.keys()
        if endpoint.page_key == "id" and len(missing) <= max(ASKED_ONE_BY_ONE, allowed):
            # Where only a size of an option is missing, its other sizes came.
            absent = {key[0] for key in missing} - {key[0] for key in extract.versions}
            for page in read_one_by_one(self.client, endpoint, absent):
                extract.add_page(page)
            missing -= extract.versions.keys()
        if len(missing) > allowed:
            msg = (
                f"{endpoint.name}: Cin7 did not return {len(missing)} of {len(expected)} records that it"
                f" had before, more than the limit of {self.deleted_share_limit:.0%}. Nothing of"
                f" {endpoint.name} was changed; if they really were deleted, raise CIN7_GONE_SHARE_LIMIT"
                " for one run"
            )
            raise ContractBroken(msg)
        return missing
