"""This module computes stock: what each version of each document means, and the stock rows at any time.

Stock is never stored: it is the opening balance plus what documents changed up to a time. A void or
deleted document counts for nothing, so cancelling one takes back what it did. A sale counts at its
`branch_id`; an order without a branch touches no stock. The rules are in `omni/README.md`.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from decimal import ROUND_FLOOR, ROUND_HALF_UP, Decimal
from itertools import pairwise
from typing import Any, NamedTuple

from cin7_pipeline.sandbox import ledger
from cin7_pipeline.sandbox.ledger import Component, CreditNote, Document, Line, SalesOrder, StockRow
from cin7_pipeline.sandbox.simulation.catalogue import Catalogue, ItemKey
from cin7_pipeline.sandbox.simulation.history import History

ZERO, WHOLE, PLACES = Decimal(0), Decimal(1), Decimal("0.0001")

# What a document does to stock depends on these fields, and on no other.
DECIDING = (
    "lines", "products", "is_approved", "is_void", "deleted_at", "branch_id",
    "dispatched_at", "received_at", "completed_at",
)  # fmt: skip


@dataclass(slots=True)
class Figures:
    """Four quantities of one item at one branch, or changes of them."""

    on_hand: Decimal = ZERO
    open_sales: Decimal = ZERO
    incoming: Decimal = ZERO
    holding: Decimal = ZERO

    def add(self, other: "Figures") -> None:
        """Add other figures in place."""
        self.on_hand += other.on_hand
        self.open_sales += other.open_sales
        self.incoming += other.incoming
        self.holding += other.holding

    def less(self, other: "Figures") -> "Figures":
        """Return what these are more than others."""
        return Figures(
            self.on_hand - other.on_hand,
            self.open_sales - other.open_sales,
            self.incoming - other.incoming,
            self.holding - other.holding,
        )


NOTHING = Figures()


class Place(NamedTuple):
    """Where stock is counted: an item at a branch."""

    item: ItemKey
    branch_id: int


class Movement(NamedTuple):
    """A change of an item's figures at a branch."""

    at: datetime
    place: Place
    change: Figures


class Effects(dict[Place, Figures]):
    """What one version of a document contributes to stock, by place."""

    def add(self, item: ItemKey, branch_id: int, figures: Figures) -> None:
        """Add figures at a place; branch 0 is no place."""
        if branch_id:
            self.setdefault(Place(item, branch_id), Figures()).add(figures)


class Share(NamedTuple):
    """What of a line is of one item."""

    item: ItemKey
    quantity: Decimal
    done: Decimal


class StockRules:
    """What documents mean for stock; kits move their components, never themselves."""

    def __init__(self, catalogue: Catalogue) -> None:
        self._catalogue = catalogue

    def movements(self, history: History[Any]) -> Iterator[Movement]:
        """Yield what each version of a document changed."""
        before, seen = Effects(), None
        for version in history.versions:
            facts = tuple(getattr(version, name, None) for name in DECIDING)
            if facts == seen:
                continue
            after, seen = self._effects(version), facts
            for place in before.keys() | after.keys():
                new, old = after.get(place, NOTHING), before.get(place, NOTHING)
                if new != old:
                    yield Movement(version.modified_at, place, new.less(old))
            before = after

    def shares(self, line: Line) -> list[Share]:
        """Return the items of a line: by option and size, else by exact code, else none."""
        if line.option_id and line.sizes:
            shares = _spread(line.done, [size.quantity for size in line.sizes])
            return [
                Share((line.option_id, size.name), size.quantity, done)
                for size, done in zip(line.sizes, shares, strict=True)
            ]
        item = (line.option_id, "") if line.option_id else self._catalogue.key_by_code(line.code)
        return [Share(item, line.quantity, line.done)] if item else []

    def moved(self, line: Line, lines: Iterable[Line]) -> list[Share]:
        """Return the goods a line moves: for a kit its parts, unless they have lines below it."""
        shares = self.shares(line)
        parts = [part for share in shares for part in self._catalogue.parts(share.item[0])]
        if not parts:
            return shares
        if any(each.parent_id == line.id for each in lines):
            return []
        return [
            Share(part.key, line.quantity * part.quantity, line.done * part.quantity)
            for part in parts
        ]

    def _effects(self, document: Document) -> Effects:
        effects = Effects()
        if not document.is_approved or document.is_void or document.deleted_at is not None:
            return effects
        match document:
            case SalesOrder():
                self._open_sales(document, effects)
                self._leave(document, effects)
            case ledger.PurchaseOrder():
                self._arrive(document, effects)
            case ledger.Transfer() if document.dispatched_at is not None:
                self._transfer(document, effects)
            case CreditNote() if document.completed_at is not None:
                self._leave(document, effects)
            case ledger.Adjustment() if document.completed_at is not None:
                for line in document.lines:
                    for share in self.shares(line):
                        effects.add(share.item, document.branch_id, Figures(share.quantity))
            case ledger.ProductionJob() if document.completed_at is not None:
                for made in document.products:
                    effects.add((made.option_id, ""), document.branch_id, Figures(made.done))
                    for part in made.components:
                        effects.add((part.option_id, ""), document.branch_id, Figures(-part.done))
        return effects

    def _open_sales(self, order: SalesOrder, effects: Effects) -> None:
        if order.dispatched_at is not None:
            return
        for line in order.lines:
            for share in () if line.parent_id else self.shares(line):
                quantity = max(share.quantity - share.done, ZERO)
                effects.add(share.item, order.branch_id, Figures(open_sales=quantity))

    def _leave(self, document: SalesOrder | CreditNote, effects: Effects) -> None:
        for line in document.lines:
            for share in self.moved(line, document.lines) if line.done else ():
                effects.add(share.item, document.branch_id, Figures(on_hand=-share.done))

    def _arrive(self, order: ledger.PurchaseOrder, effects: Effects) -> None:
        for line in order.lines:
            for share in self.shares(line):
                coming = ZERO if order.received_at else max(share.quantity - share.done, ZERO)
                effects.add(share.item, order.branch_id, Figures(share.done, incoming=coming))

    def _transfer(self, transfer: ledger.Transfer, effects: Effects) -> None:
        for line in transfer.lines:
            for item, quantity, done in self.shares(line):
                holding = ZERO if transfer.received_at else quantity
                leaving = Figures(on_hand=-quantity, holding=holding)
                effects.add(item, transfer.source_branch_id, leaving)
                if transfer.received_at:
                    effects.add(item, transfer.destination_branch_id, Figures(on_hand=done))


def _spread(amount: Decimal, weights: list[Decimal]) -> list[Decimal]:
    """Return an amount over weights, rounded so that the parts add up; all on the first if none."""
    total = sum(weights, ZERO)
    if not total:
        return [amount, *([ZERO] * (len(weights) - 1))]
    marks, seen = [ZERO], ZERO
    for weight in weights:
        seen += weight
        marks.append((amount * seen / total).quantize(PLACES, ROUND_HALF_UP))
    return [after - before for before, after in pairwise(marks)]


class StockLevels:
    """All movements of the account, planned ones included, and the stock rows they come to."""

    def __init__(self, catalogue: Catalogue, rules: StockRules, opening: list[Movement]) -> None:
        self._catalogue, self._rules = catalogue, rules
        self._movements = opening

    def add(self, history: History[Any]) -> None:
        """Add what all versions of a document do to stock."""
        self._movements += self._rules.movements(history)

    def rows(self, timestamp: datetime) -> list[StockRow]:
        """Return a row for every item and branch that ever had a movement, and every kit it can make."""
        past = [movement for movement in self._movements if movement.at <= timestamp]
        figures: dict[Place, Figures] = {}
        for movement in past:
            figures.setdefault(movement.place, Figures()).add(movement.change)
        touched = _last_touched(past)
        virtual: dict[Place, Decimal] = {}
        for kit in self._catalogue.kits:
            parts = self._catalogue.parts(kit.option_id)
            virtual |= _buildable((kit.option_id, ""), parts, figures, touched)
        for place in virtual:
            figures.setdefault(place, Figures())
        return [
            StockRow(
                option_id=place.item[0],
                size=place.item[1],
                branch_id=place.branch_id,
                code=self._catalogue.sku(place.item),
                on_hand=figures[place].on_hand,
                open_sales=figures[place].open_sales,
                incoming=figures[place].incoming,
                holding=figures[place].holding,
                virtual=virtual.get(place, ZERO),
                modified_at=touched[place],
            )
            for place in sorted(figures)
        ]


def _last_touched(movements: list[Movement]) -> dict[Place, datetime]:
    """Return when goods last moved at each place; a mere reservation counts only where none ever did."""
    moved: dict[Place, datetime] = {}
    reserved: dict[Place, datetime] = {}
    for at, place, change in movements:
        kind = moved if change.on_hand or change.holding else reserved
        kind[place] = max(at, kind.get(place, at))
    return reserved | moved


def _buildable(
    kit: ItemKey,
    components: tuple[Component, ...],
    figures: dict[Place, Figures],
    touched: dict[Place, datetime],
) -> dict[Place, Decimal]:
    """Return how many of a kit each branch could make, where it has ever held every component."""
    found = {}
    for branch_id in {place.branch_id for place in figures}:
        parts = {Place(each.key, branch_id): each.quantity for each in components}
        if not parts.keys() <= figures.keys():
            continue
        found[Place(kit, branch_id)] = min(
            ((figures[part].on_hand - figures[part].open_sales) / quantity).quantize(
                WHOLE, ROUND_FLOOR
            )
            for part, quantity in parts.items()
        )
        touched.setdefault(Place(kit, branch_id), max(touched[part] for part in parts))
    return found
