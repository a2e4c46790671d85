"""Cin7's stock arithmetic: what each state of each document means for each item and branch.

Stock is never stored: it is the opening balance plus what documents changed up to a moment. A void
or deleted document counts for nothing, so cancelling one takes back what it did. A sale counts at
its `branch_id`; an order without a branch touches no stock. Source: `cin7-omni-api.md` §6.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal
from itertools import pairwise
from typing import NamedTuple

from cin7_pipeline.sandbox.ledger import (
    Adjustment,
    CreditNote,
    Document,
    Line,
    ProductionJob,
    PurchaseOrder,
    SalesOrder,
    Transfer,
)
from cin7_pipeline.sandbox.simulation.catalogue import Catalogue, ItemKey
from cin7_pipeline.sandbox.simulation.history import History

ZERO = Decimal(0)
PLACES = Decimal("0.0001")


@dataclass(slots=True)
class Figures:
    """Four quantities of one item at one branch, or changes of them."""

    on_hand: Decimal = ZERO
    open_sales: Decimal = ZERO
    incoming: Decimal = ZERO
    holding: Decimal = ZERO

    @property
    def available(self) -> Decimal:
        """On hand less open sales."""
        return self.on_hand - self.open_sales

    def add(self, other: "Figures", sign: int = 1) -> None:
        """Add (or with -1 take off) other figures in place."""
        self.on_hand += sign * other.on_hand
        self.open_sales += sign * other.open_sales
        self.incoming += sign * other.incoming
        self.holding += sign * other.holding

    def __bool__(self) -> bool:
        return any((self.on_hand, self.open_sales, self.incoming, self.holding))


class Place(NamedTuple):
    """Where stock is counted: an item at a branch."""

    item: ItemKey
    branch_id: int


class Movement(NamedTuple):
    """A change of an item's figures at a branch."""

    at: datetime
    place: Place
    change: Figures


@dataclass
class Effects:
    """What one state of a document contributes to stock, by place."""

    figures: dict[Place, Figures] = field(default_factory=dict)

    def note(self, item: ItemKey, branch_id: int, figures: Figures) -> None:
        """Add figures at a place; branch 0 is no place."""
        if branch_id:
            self.figures.setdefault(Place(item, branch_id), Figures()).add(figures)


@dataclass(frozen=True)
class Share:
    """What of a line concerns one item."""

    item: ItemKey
    quantity: Decimal
    done: Decimal


class StockRules:
    """Tells what documents mean for stock; kits move their components, never themselves."""

    def __init__(self, catalogue: Catalogue) -> None:
        self._catalogue = catalogue

    def movements(self, history: History[Document]) -> Iterator[Movement]:
        """What each step of a document's life changed."""
        before = Effects()
        for version in history:
            after = self.effects(version)
            yield from _difference(version.modified_at, before, after)
            before = after

    def effects(self, document: Document) -> Effects:
        """What a document contributes in its present state."""
        effects = Effects()
        if document.is_approved and not document.is_void and document.deleted_at is None:
            for line in document.lines:
                self._note(document, line, effects)
            if isinstance(document, ProductionJob):
                self._note_job(document, effects)
        return effects

    def shares(self, line: Line) -> list[Share]:
        """The items a line speaks of: by option and size, else by exact code, else none."""
        if line.option_id and line.sizes:
            shares = spread(line.done, [size.quantity for size in line.sizes])
            return [
                Share((line.option_id, size.name), size.quantity, done)
                for size, done in zip(line.sizes, shares, strict=True)
            ]
        item = (line.option_id, "") if line.option_id else self._catalogue.key_by_code(line.code)
        return [Share(item, line.quantity, line.done)] if item else []

    def moved(self, line: Line, lines: Iterable[Line]) -> list[Share]:
        """The goods a line among others moves: for a kit its parts, unless they have lines below it."""
        shares = self.shares(line)
        parts = [part for share in shares for part in self._catalogue.parts(share.item[0])]
        if not parts:
            return shares
        if any(each.parent_id == line.id for each in lines):
            return []
        return [
            Share(
                (part.option_id, part.size),
                line.quantity * part.quantity,
                line.done * part.quantity,
            )
            for part in parts
        ]

    def _note(self, document: Document, line: Line, effects: Effects) -> None:
        match document:
            case SalesOrder():
                self._note_open_sale(document, line, effects)
                self._note_leaving(document, line, effects)
            case PurchaseOrder():
                self._note_purchase(document, line, effects)
            case CreditNote() if document.completed_at is not None:
                self._note_leaving(document, line, effects)
            case Adjustment() if document.completed_at is not None:
                for share in self.shares(line):
                    effects.note(share.item, document.branch_id, Figures(share.quantity))
            case Transfer() if document.dispatched_at is not None:
                for share in self.shares(line):
                    self._note_transfer(document, share, effects)

    def _note_open_sale(self, order: SalesOrder, line: Line, effects: Effects) -> None:
        for share in self.shares(line):
            still_open = ZERO
            if order.dispatched_at is None and not line.parent_id:
                still_open = max(share.quantity - share.done, ZERO)
            effects.note(share.item, order.branch_id, Figures(open_sales=still_open))

    def _note_leaving(
        self, document: SalesOrder | CreditNote, line: Line, effects: Effects
    ) -> None:
        for share in self.moved(line, document.lines):
            effects.note(share.item, document.branch_id, Figures(on_hand=-share.done))

    def _note_purchase(self, order: PurchaseOrder, line: Line, effects: Effects) -> None:
        for share in self.shares(line):
            coming = max(share.quantity - share.done, ZERO)
            arrival = Figures(share.done, incoming=ZERO if order.received_at else coming)
            effects.note(share.item, order.branch_id, arrival)

    def _note_job(self, job: ProductionJob, effects: Effects) -> None:
        """A finished job puts what it made on the shelf and takes off what it used."""
        for made in job.products if job.completed_at is not None else ():
            effects.note((made.option_id, ""), job.branch_id, Figures(on_hand=made.done))
            for part in made.components:
                effects.note((part.option_id, ""), job.branch_id, Figures(on_hand=-part.done))

    def _note_transfer(self, transfer: Transfer, share: Share, effects: Effects) -> None:
        on_the_road = ZERO if transfer.received_at else share.quantity
        leaving = Figures(on_hand=-share.quantity, holding=on_the_road)
        effects.note(share.item, transfer.source_branch_id, leaving)
        if transfer.received_at:
            arrived = Figures(on_hand=share.done)
            effects.note(share.item, transfer.destination_branch_id, arrived)


def spread(amount: Decimal, weights: list[Decimal]) -> list[Decimal]:
    """An amount over weights, rounded so that the parts add up to it; all on the first if none."""
    total = sum(weights, ZERO)
    if not total:
        return [amount, *([ZERO] * (len(weights) - 1))]
    marks, seen = [ZERO], ZERO
    for weight in weights:
        seen += weight
        marks.append((amount * seen / total).quantize(PLACES, ROUND_HALF_UP))
    return [after - before for before, after in pairwise(marks)]


def _difference(at: datetime, before: Effects, after: Effects) -> Iterator[Movement]:
    for place in before.figures.keys() | after.figures.keys():
        change = Figures()
        change.add(after.figures.get(place, Figures()))
        change.add(before.figures.get(place, Figures()), -1)
        if change:
            yield Movement(at, place, change)


def balances(movements: Iterable[Movement]) -> dict[Place, Figures]:
    """The figures of every place that has a movement, even where they cancel out."""
    found: dict[Place, Figures] = {}
    for movement in movements:
        found.setdefault(movement.place, Figures()).add(movement.change)
    return found
