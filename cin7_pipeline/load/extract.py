"""This module reads one endpoint over one window and finds what is new, changed and deleted there.

It writes nothing: `sync.py` writes the `Extract`. It reads everything changed in the window, open documents
whatever their age, and records that others name. A record counts as deleted only where Cin7 was asked for
it at its own address and did not return it.
"""

import logging
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from cin7_pipeline.errors import Cin7Rejected, ContractBroken
from cin7_pipeline.load.record_reader import RecordReader
from cin7_pipeline.load.records import Records
from cin7_pipeline.load.report import LoadReport
from cin7_pipeline.load.state import Key, TableState
from cin7_pipeline.omni.by_id import ListOfIdsIgnored, read_by_id, read_one_by_one
from cin7_pipeline.omni.client import Cin7Client
from cin7_pipeline.omni.endpoint import Endpoint, SyncMode
from cin7_pipeline.omni.filters import and_modified_before, window_where
from cin7_pipeline.omni.paging import Paginator
from cin7_pipeline.window import Window

# So few missing records are never suspicious, however small the account.
DELETED_WITHOUT_QUESTION = 20
# So many are always asked for one by one; more of them only where that many may be deleted.
ASKED_ONE_BY_ONE = 100
# A record is found by its `modifiedDate` only a while after it, and Cin7's clock may be behind ours.
VISIBILITY_LAG = timedelta(minutes=10)

OnProgress = Callable[[str, int], None]
log = logging.getLogger(__name__)


def no_progress(_entity: str, _rows: int) -> None:
    """Ignore progress."""


@dataclass(frozen=True)
class Session:
    """One read of an account, as of one timestamp, and how much of it may be missing or unreadable."""

    client: Cin7Client
    now: datetime
    salt: bytes = field(repr=False)
    deleted_share_limit: float
    rejected_share_limit: float
    on_progress: OnProgress = no_progress


class Extract:
    """What is read of an endpoint: its records, and the keys of those that Cin7 deleted.

    Each of `read`, `complete` and `read_changed` adds to it.
    """

    def __init__(
        self, session: Session, endpoint: Endpoint, window: Window, state: TableState
    ) -> None:
        self.endpoint = endpoint
        self.window = window
        self.state = state
        self.started_at = session.now
        self.records = Records(RecordReader(endpoint, session.salt), state.hashes)
        self.fetched_ids: set[int] = set()
        self.deleted: set[Key] = set()
        self._session = session
        self._call_count = 0
        self._seconds = 0.0
        self._used_offset_pages = False

    def read(self) -> None:
        """Read what the endpoint's list holds of the window.

        Raises:
            ContractBroken: a record has another shape.
            Cin7Unavailable, Cin7Rejected: the account did not answer; nothing was changed.
        """
        with self._measured():
            self._read_open()
            self._read_pages(window_where(self.window), self._expected_keys())

    def complete(self, named_ids: Iterable[int] = ()) -> None:
        """Read by their ids what the list does not answer for, and what others name; find what is deleted.

        Raises:
            ContractBroken: more records cannot be read, or are missing, than the limits allow.
            Cin7Unavailable, Cin7Rejected: the account did not answer; the extract is of no use then.
        """
        with self._measured():
            known = self.state.hashes.keys() | self.records.versions.keys()
            fetched = self._ids_to_fetch() | set(named_ids).difference(k[0] for k in known)
            self.fetched_ids |= fetched
            self._read_ids(fetched)
            self.deleted = self._deleted_keys(fetched)
        self.records.require_few_rejected(self._session.rejected_share_limit)

    def read_changed(self, since: datetime) -> None:
        """Read once more what was modified since, so that the extract is of the present.

        Raises what `read` raises; what was read before stays in the extract.
        """
        with self._measured():
            self._read_pages(window_where(Window(since - VISIBILITY_LAG)))

    @contextmanager
    def _measured(self) -> Iterator[None]:
        """Count what the block costs, and type what it read."""
        client, path = self._session.client, self.endpoint.path
        started, calls_before = time.monotonic(), client.calls(path)
        try:
            yield
            self.records.type_rest()
            self.deleted -= self.records.versions.keys()
        finally:
            self._call_count += client.calls(path) - calls_before
            self._seconds += time.monotonic() - started

    def _read_open(self) -> None:
        """Read, on the first lookback, also the open documents that are older: stock still to come or go.

        They are read before the window, so that a document edited meanwhile is found in the window.
        """
        endpoint, start = self.endpoint, self.window.start
        is_first = self._is_lookback and not self.state.has_open_ended_read
        if endpoint.open_filter is None or start is None or not is_first:
            return
        try:
            self._read_pages(and_modified_before(endpoint.open_filter, start))
        except Cin7Rejected as refusal:
            if refusal.status != 400:
                raise
            log.warning("%s: Cin7 does not list open documents before the lookback", endpoint.name)

    def _read_pages(self, where: str | None, expected: Sequence[int] = ()) -> None:
        pages = Paginator(self._session.client, self.endpoint, where, expected=expected)
        for page in pages:
            self.records.add(page)
            self._session.on_progress(self.endpoint.name, len(self.records.versions))
        self._used_offset_pages |= pages.used_offset_pages

    def _read_ids(self, ids: set[int]) -> None:
        for page in read_by_id(self._session.client, self.endpoint, sorted(ids)):
            self.records.add(page)

    def _ids_to_fetch(self) -> set[int]:
        """Return the ids to fetch one by one, because the window does not answer for them.

        Open documents outside the window, what was marked deleted in the last days, what others name and
        is not loaded yet, records that were rejected, and options of which a size disappeared.
        """
        state, versions = self.state, self.records.versions
        read_ids = {key[0] for key in versions}
        ids = set(state.unresolved_ids)
        if self._is_lookback:
            ids |= {key[0] for key in state.open_keys} | state.lately_deleted_ids
            ids |= {record_id for record_id, _ in state.rejected}
        ids -= read_ids
        if not self.window.is_whole:
            # Of these ids some rows came and some did not: a size was taken off its option.
            ids |= {key[0] for key in state.hashes.keys() - versions.keys()} & read_ids
        return ids

    def _deleted_keys(self, fetched: set[int]) -> set[Key]:
        """Return the keys that Cin7 no longer has; each is asked for by its id before."""
        # What was created in the window must have been in it, and what was asked for must have come.
        versions = self.records.versions
        expected = {
            key
            for key, created in self.state.created.items()
            if key[0] in fetched or self._should_list(created)
        }
        # A record that cannot be read came, though perhaps without its whole key.
        came = {key[0] for key in self.records.rejected}
        missing = {key for key in expected - versions.keys() if key[0] not in came}
        endpoint = self.endpoint
        allowed = max(DELETED_WITHOUT_QUESTION, self._session.deleted_share_limit * len(expected))
        if endpoint.mode is SyncMode.FULL_REFRESH and missing and not versions:
            msg = (
                f"{endpoint.name}: Cin7 returned nothing of {endpoint.name}, of which it had"
                f" {len(missing)} before. Nothing of it was changed; run again, and look in Cin7 if it"
                " stays so"
            )
            raise ContractBroken(msg)
        try:
            self._read_ids({key[0] for key in missing} - fetched)
        except ListOfIdsIgnored:
            self._read_pages(window_where(self.window))
        missing -= versions.keys()
        if endpoint.page_key == "id" and len(missing) <= max(ASKED_ONE_BY_ONE, allowed):
            # Where only a size of an option is missing, its other sizes came.
            absent = {key[0] for key in missing} - {key[0] for key in versions}
            for page in read_one_by_one(self._session.client, endpoint, absent):
                self.records.add(page)
            missing -= versions.keys()
        if len(missing) > allowed:
            msg = (
                f"{endpoint.name}: Cin7 did not return {len(missing)} of {len(expected)} records that it"
                f" had before, more than the limit of {self._session.deleted_share_limit:.0%}. Nothing of"
                f" {endpoint.name} was changed; if they really were deleted, raise CIN7_GONE_SHARE_LIMIT"
                " for one run"
            )
            raise ContractBroken(msg)
        return missing

    @property
    def _is_lookback(self) -> bool:
        """Tell whether everything changed since a day was asked for."""
        return self.window.start is not None and self.window.end is None

    def _should_list(self, created: datetime | None) -> bool:
        """Tell whether the window's list must have a record that was created then, however it was edited."""
        start, end = self.window.start, min(self.window.end or self.started_at, self.started_at)
        return start is None or (created is not None and start <= created < end)

    def _expected_keys(self) -> list[int]:
        """Return the page keys of the rows that we hold and the window's list should have, in order."""
        return sorted(
            k[0] for k, created in self.state.created.items() if self._should_list(created)
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

    def report(self, finished_at: datetime) -> LoadReport:
        """Return the receipt; records that were deleted and are back count as new."""
        hashes, rejected = self.state.hashes, self.records.rejected
        versions = self.records.versions
        rows = len(versions) - len(rejected)
        new = len(versions.keys() - hashes.keys() - rejected.keys())
        unchanged = sum(hashes.get(key) == v.row_hash for key, v in versions.items())
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
            call_count=self._call_count,
            seconds=round(self._seconds, 3),
            unknown_fields=tuple(sorted(self.records.unknown_fields)),
            used_offset_pages=self._used_offset_pages,
            complete_until=self.complete_until,
            gap=self.gap,
            rejected_ids=tuple(sorted({key[0] for key in rejected})),
        )
