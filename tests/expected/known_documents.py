"""This module says what is known after a series of reads: which documents, in which state, which deleted.

A document is known as the last read that returned it saw it; the first lookback also returns what is
open, whatever its age. Reference data and stock are known as they are at the last read: every change of
theirs bumps what the syncs look for, and the merchant never deletes any.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from zoneinfo import ZoneInfo

from cin7_pipeline.sandbox.ledger import Document, Ledger, StockRow
from cin7_pipeline.window import Window

LedgerAt = Callable[[datetime], Ledger]

# The endpoints of documents, each with what makes a document of it open.
IS_OPEN: dict[str, Callable[..., bool]] = {
    "sales_orders": lambda order: order.dispatched_at is None and not order.is_void,
    "purchase_orders": lambda order: order.received_at is None and not order.is_void,
    "branch_transfers": lambda transfer: transfer.received_at is None,
    "credit_notes": lambda note: note.completed_at is None and not note.is_void,
    "adjustments": lambda adjustment: adjustment.completed_at is None,
    "production_jobs": lambda job: job.completed_at is None,
}


@dataclass(frozen=True)
class Read:
    """One load that began at `started_at`: documents over `window`, all other data as they are.

    `entities` are the endpoints that it read, by default all. One that was not `is_committed` was killed
    after it had written its documents: they are known, but it marked nothing as deleted and covers no day.
    `seen_at` is the account's clock where it was ahead of the load's own; `number` tells which of two was
    made later where their clocks do not, as a run that queued keeps the timestamp it was started at.
    """

    started_at: datetime
    window: Window
    entities: frozenset[str] | None = None
    is_committed: bool = True
    seen_at: datetime | None = None
    number: int = 0

    @property
    def account_time(self) -> datetime:
        """The timestamp of the account that the load saw."""
        return self.seen_at or self.started_at

    @property
    def is_lookback(self) -> bool:
        """True where open documents are asked for by id; a closed range reads its days and no more."""
        return self.window.end is None

    def includes(self, entity: str) -> bool:
        """Tell whether the endpoint was read."""
        return self.entities is None or entity in self.entities

    def returns(self, document: Document) -> bool:
        """Tell whether the window asks for the document as it is when it is read."""
        if self._covers(document.modified_at):
            return True
        return not self.is_lookback and self._covers(document.created_at)

    def expects(self, document: Document) -> bool:
        """Tell whether the read would return the document if it still existed."""
        return document.created_at < self.started_at and self._covers(document.created_at)

    def _covers(self, timestamp: datetime) -> bool:
        start, end = self.window.start, self.window.end
        return (start is None or timestamp >= start) and (end is None or timestamp < end)


@dataclass(frozen=True)
class KnownDocument:
    """A document as it was last returned; `is_deleted` once a read missed it."""

    document: Document
    is_deleted: bool = False


@dataclass
class KnownDocuments:
    """The documents of one endpoint that reads have returned so far, by id."""

    entity: str
    by_id: dict[int, KnownDocument] = field(default_factory=dict)
    has_read_open: bool = False

    def add(self, documents: Iterable[Document], read: Read) -> None:
        """Add what `read` returns of `documents` and mark what it misses as deleted."""
        if not read.includes(self.entity):
            return
        is_open = IS_OPEN[self.entity]
        there = {d.id: d for d in documents if not is_deleted(d, read.account_time)}
        returned = {id_: d for id_, d in there.items() if read.returns(d)}
        asked: set[int] = set()
        if read.is_lookback:
            asked = {known.id for known in self.existing() if is_open(known)}
            returned |= {id_: there[id_] for id_ in asked if id_ in there}
            if not self.has_read_open:
                returned |= {id_: d for id_, d in there.items() if is_open(d)}
                self.has_read_open = read.is_committed
        missed = [
            id_
            for id_, known in self.by_id.items()
            if id_ not in returned and (id_ in asked or read.expects(known.document))
        ]
        self.by_id |= {id_: KnownDocument(document) for id_, document in returned.items()}
        if read.is_committed:
            self.by_id |= {id_: replace(self.by_id[id_], is_deleted=True) for id_ in missed}

    def existing(self) -> Iterator[Document]:
        """Yield the documents that are not deleted."""
        return (known.document for known in self if not known.is_deleted)

    def __iter__(self) -> Iterator[KnownDocument]:
        return iter(self.by_id.values())


@dataclass(frozen=True)
class Snapshot:
    """The whole stock list as one read saw it, and the transfers as they were known behind it."""

    taken_at: datetime
    rows: Sequence[StockRow]
    transfers: Sequence[KnownDocument] = ()


@dataclass
class Known:
    """Everything that the reads returned.

    `ledger` is that of the last read; of a local day only the last stock list is kept.
    """

    ledger: Ledger
    documents: dict[str, KnownDocuments]
    snapshots: dict[date, Snapshot] = field(default_factory=dict)

    @property
    def oldest_at(self) -> datetime:
        """When the oldest record that is held was created."""
        records = [known.document for each in self.documents.values() for known in each]
        ledger = self.ledger
        records += [*ledger.products, *ledger.options, *ledger.branches, *ledger.contacts]
        return min(record.created_at for record in records)


def known_after(reads: Sequence[Read], ledger_at: LedgerAt, zone: ZoneInfo) -> Known:
    """Return what is known after `reads`, made in this order.

    Raises:
        ValueError: there was no read, so that no table exists.
    """
    if not reads:
        msg = "no read was given, so no planning table exists: give at least one Read"
        raise ValueError(msg)
    known = Known(
        Ledger(reads[-1].started_at), {entity: KnownDocuments(entity) for entity in IS_OPEN}
    )
    for read in reads:
        ledger = known.ledger = ledger_at(read.account_time)
        for entity, documents in known.documents.items():
            # The only endpoint that the ledger calls otherwise.
            name = "transfers" if entity == "branch_transfers" else entity
            documents.add(getattr(ledger, name), read)
        if read.is_committed and read.includes("stock"):
            known.snapshots[read.started_at.astimezone(zone).date()] = Snapshot(
                read.started_at, ledger.stock, list(known.documents["branch_transfers"])
            )
    return known


def is_deleted(document: Document, timestamp: datetime) -> bool:
    """Tell whether Cin7 no longer returns the document, whatever it is asked."""
    return document.deleted_at is not None and document.deleted_at <= timestamp
