"""What is known after a series of syncs: which documents were read, in which state, which are gone.

A document is known as the last read that returned it saw it; the first lookback also returns what is
open, whatever its age. Reference data and stock are known as they are at the last read: every change of
theirs bumps what the syncs look for, and the merchant never deletes any.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Generic, TypeVar
from zoneinfo import ZoneInfo

from cin7_pipeline.sandbox.ledger import (
    Adjustment,
    CreditNote,
    Document,
    Ledger,
    ProductionJob,
    PurchaseOrder,
    SalesOrder,
    StockRow,
    Transfer,
)
from cin7_pipeline.window import Window

D = TypeVar("D", bound=Document)


@dataclass(frozen=True)
class Read:
    """One load at `moment`: documents over `window`, all other data as they are.

    `entities` are the endpoints that it brought, by default all. One that was not `is_sealed` was cut
    off behind its documents: they are known, but it noticed nothing gone and covers no day. `seen_at`
    is the account's moment where its clock was ahead of the load's own; `number` tells which of two
    was made later where their clocks do not, as a run that queued keeps the moment it was started at.
    """

    moment: datetime
    window: Window
    sync_id: str = "sync"
    entities: frozenset[str] | None = None
    is_sealed: bool = True
    seen_at: datetime | None = None
    number: int = 0

    @property
    def account_moment(self) -> datetime:
        """The moment of the account that the load saw."""
        return self.seen_at or self.moment

    def brings(self, entity: str) -> bool:
        """True where the endpoint was among what was read."""
        return self.entities is None or entity in self.entities

    @property
    def asks_for_open_documents(self) -> bool:
        """True for a lookback; a closed range of days reads those days and nothing else."""
        return self.window.end is None

    def returns(self, document: Document) -> bool:
        """True where the window asks for the document as it is at the moment of the read."""
        if self._covers(document.modified_at):
            return True
        return self.window.end is not None and self._covers(document.created_at)

    def expects(self, document: Document) -> bool:
        """True where the read would return the document if it still existed."""
        return document.created_at < self.moment and self._covers(document.created_at)

    def _covers(self, moment: datetime) -> bool:
        start, end = self.window.start, self.window.end
        return (start is None or moment >= start) and (end is None or moment < end)


@dataclass(frozen=True)
class Held(Generic[D]):
    """A document as it was last returned; `is_gone` once a read found it missing."""

    document: D
    is_gone: bool = False


@dataclass
class Shelf(Generic[D]):
    """The documents of one kind that reads have returned so far, by id."""

    entity: str
    is_open: Callable[[D], bool]
    held: dict[int, Held[D]] = field(default_factory=dict)
    knows_open: bool = False

    def take(self, documents: Iterable[D], read: Read) -> None:
        """Add what `read` returns of `documents` and mark as gone what it misses."""
        if not read.brings(self.entity):
            return
        there = {d.id: d for d in documents if not is_deleted(d, read.account_moment)}
        returned = {id_: d for id_, d in there.items() if read.returns(d)}
        asked = self._open_ids() if read.asks_for_open_documents else set()
        returned |= {id_: there[id_] for id_ in asked if id_ in there}
        if read.asks_for_open_documents and not self.knows_open:
            returned |= {id_: d for id_, d in there.items() if self.is_open(d)}
            self.knows_open = read.is_sealed
        missed = {
            id_
            for id_, held in self.held.items()
            if id_ not in returned and (id_ in asked or read.expects(held.document))
        }
        self.held |= {id_: Held(document) for id_, document in returned.items()}
        if not read.is_sealed:
            return
        self.held |= {id_: replace(self.held[id_], is_gone=True) for id_ in missed}

    def existing(self) -> Iterator[D]:
        """The documents that are not gone."""
        return (held.document for held in self if not held.is_gone)

    def _open_ids(self) -> set[int]:
        return {
            id_
            for id_, held in self.held.items()
            if not held.is_gone and self.is_open(held.document)
        }

    def __iter__(self) -> Iterator[Held[D]]:
        return iter(self.held.values())


@dataclass(frozen=True)
class Snapshot:
    """The whole stock list as one read saw it."""

    moment: datetime
    rows: Sequence[StockRow]


@dataclass
class Known:
    """Everything the syncs have brought; `books` are those of the last one.

    Of a local day only the last stock list is kept.
    """

    books: Ledger
    reads: Sequence[Read]
    sales_orders: Shelf[SalesOrder]
    purchase_orders: Shelf[PurchaseOrder]
    branch_transfers: Shelf[Transfer]
    credit_notes: Shelf[CreditNote]
    adjustments: Shelf[Adjustment]
    production_jobs: Shelf[ProductionJob]
    snapshots: dict[date, Snapshot] = field(default_factory=dict)


def learn(books: Callable[[datetime], Ledger], reads: Sequence[Read], zone: ZoneInfo) -> Known:
    """What is known after `reads`, made in this order.

    Raises:
        ValueError: there was no read, so that no table exists.
    """
    if not reads:
        msg = "no read was given, so no planning table exists: give at least one Read"
        raise ValueError(msg)
    known = Known(
        books=Ledger(reads[-1].moment),
        reads=reads,
        sales_orders=Shelf(
            "sales_orders", lambda order: order.dispatched_at is None and not order.is_void
        ),
        purchase_orders=Shelf(
            "purchase_orders", lambda order: order.received_at is None and not order.is_void
        ),
        branch_transfers=Shelf("branch_transfers", lambda transfer: transfer.received_at is None),
        credit_notes=Shelf(
            "credit_notes", lambda note: note.completed_at is None and not note.is_void
        ),
        adjustments=Shelf("adjustments", lambda adjustment: adjustment.completed_at is None),
        production_jobs=Shelf("production_jobs", lambda job: job.completed_at is None),
    )
    for read in reads:
        _add(known, read, books(read.account_moment), zone)
    return known


def is_deleted(document: Document, moment: datetime) -> bool:
    """True once Cin7 no longer returns the document, whatever it is asked."""
    return document.deleted_at is not None and document.deleted_at <= moment


def _add(known: Known, read: Read, books: Ledger, zone: ZoneInfo) -> None:
    known.books = books
    known.sales_orders.take(books.sales_orders, read)
    known.purchase_orders.take(books.purchase_orders, read)
    known.branch_transfers.take(books.transfers, read)
    known.credit_notes.take(books.credit_notes, read)
    known.adjustments.take(books.adjustments, read)
    known.production_jobs.take(books.production_jobs, read)
    if read.is_sealed and read.brings("stock"):
        known.snapshots[read.moment.astimezone(zone).date()] = Snapshot(read.moment, books.stock)
