"""Read one endpoint over one window: the pages, what is open, what is named elsewhere, what is gone.

A read changes nothing here; it returns an `Extract` that `sync.py` writes. The rules are those of the
design's §4: everything changed in the window, open documents whatever their age, and "gone" only for
what Cin7 was asked for by its id and did not return.
"""

import logging
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime

from cin7_pipeline.errors import Cin7Rejected, ContractBroken
from cin7_pipeline.load.decode import Decoder
from cin7_pipeline.load.reading import Extract
from cin7_pipeline.load.state import Key, TableState
from cin7_pipeline.omni.by_id import read_by_id
from cin7_pipeline.omni.client import Cin7Client
from cin7_pipeline.omni.endpoint import Endpoint
from cin7_pipeline.omni.filters import and_modified_before, window_where
from cin7_pipeline.omni.paging import Paginator
from cin7_pipeline.window import Window

# So few missing rows are never suspicious, however small the account.
GONE_WITHOUT_QUESTION = 20

OnProgress = Callable[[str, int], None]
log = logging.getLogger(__name__)


def no_progress(_entity: str, _rows: int) -> None:
    """Nobody is watching."""


@dataclass
class Extractor:
    """Reads endpoints from one account at one moment."""

    client: Cin7Client
    now: datetime
    salt: bytes
    gone_share_limit: float
    on_progress: OnProgress = no_progress

    def read(self, endpoint: Endpoint, window: Window, held: TableState) -> Extract:
        """Everything of the endpoint that the window asks for.

        Raises:
            ContractBroken: a record has another shape, or more records are missing than the limit allows.
            Cin7Unavailable, Cin7Rejected: the account did not answer; nothing was changed.
        """
        started = time.monotonic()
        reading = Extract(endpoint, window, self.now, held)
        calls_before = self.client.calls(endpoint.path)
        decoder = Decoder(endpoint, self.salt, held.hashes)
        self._read_open(reading, decoder)
        self._walk(reading, decoder, window_where(reading.window))
        asked = self._read_by_id(reading, decoder, self._to_ask(reading))
        reading.gone = self._gone(reading, decoder, asked)
        reading.unknown_fields = set(decoder.unknown_fields)
        reading.call_count = self.client.calls(endpoint.path) - calls_before
        reading.seconds = time.monotonic() - started
        return reading

    def _read_open(self, reading: Extract, decoder: Decoder) -> None:
        """On the first lookback also what is open and older than it: it is stock still to come or go.

        Read before the window, into which an edit meanwhile carries a document.
        """
        where, start = reading.endpoint.open_filter, reading.window.start
        is_due = reading.is_lookback and not reading.held.has_open_ended_read
        if where is None or start is None or not is_due:
            return
        try:
            self._walk(reading, decoder, and_modified_before(where, start))
        except Cin7Rejected as refusal:
            if refusal.status != 400:
                raise
            log.warning(
                "%s: open documents before the lookback cannot be asked for", reading.endpoint.name
            )

    def _walk(self, reading: Extract, decoder: Decoder, where: str | None) -> None:
        walk = Paginator(self.client, reading.endpoint, where)
        for batch in decoder.batches(self._watched(walk, reading)):
            reading.add(batch)
        reading.used_offset_pages |= walk.used_offset_pages

    def _watched(self, walk: Paginator, reading: Extract) -> Iterator[bytes]:
        """The bodies of the walk, each told as progress."""
        rows = len(reading.versions)
        for page in walk:
            rows += len(page.keys)
            self.on_progress(reading.endpoint.name, rows)
            yield page.body

    def _to_ask(self, reading: Extract) -> set[int]:
        """Ids the window does not answer for: what is open, what is named but not held, lost sizes."""
        held = reading.held
        open_ids = {key[0] for key in held.open_keys} if reading.is_lookback else set()
        read_ids = {key[0] for key in reading.versions}
        # Of one id some rows came and some did not: a size that was taken off its option.
        lost = {key[0] for key in held.hashes.keys() - reading.versions.keys()} & read_ids
        return ((open_ids | set(held.unresolved_ids)) - read_ids) | (
            set() if reading.window.is_whole else lost
        )

    def _read_by_id(self, reading: Extract, decoder: Decoder, ids: set[int]) -> set[int]:
        bodies = read_by_id(self.client, reading.endpoint, sorted(ids))
        for batch in decoder.batches(bodies):
            reading.add(batch)
        return ids

    def _gone(self, reading: Extract, decoder: Decoder, asked: set[int]) -> set[Key]:
        """TableState keys that Cin7 no longer has; in doubt it is asked for each by its id."""
        due = self._due(reading, asked)
        missing = due - reading.versions.keys()
        self._refuse_mass_loss(reading, missing, len(due))
        if missing and reading.endpoint.page_key == "id":
            doubtful = {key[0] for key in missing} - asked
            self._read_by_id(reading, decoder, doubtful)
        return missing - reading.versions.keys()

    def _due(self, reading: Extract, asked: set[int]) -> set[Key]:
        """TableState keys that this read must have returned if Cin7 still has them."""
        window, held = reading.window, reading.held
        if window.start is None:
            return set(held.hashes)
        end = min(window.end or self.now, self.now)
        return {
            key
            for key, created in held.created.items()
            if key[0] in asked or (created is not None and window.start <= created < end)
        }

    def _refuse_mass_loss(self, reading: Extract, missing: set[Key], due: int) -> None:
        if len(missing) <= max(GONE_WITHOUT_QUESTION, self.gone_share_limit * due):
            return
        name = reading.endpoint.name
        msg = (
            f"{name}: Cin7 did not return {len(missing)} of {due} records that it had before, more than"
            f" the limit of {self.gone_share_limit:.0%}. Nothing of {name} was changed; if they really"
            " were deleted, raise CIN7_GONE_SHARE_LIMIT for one run"
        )
        raise ContractBroken(msg)
