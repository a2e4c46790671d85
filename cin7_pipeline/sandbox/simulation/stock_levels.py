"""The merchant's stock rows at any moment: movements summed up, and kits counted from their parts."""

from datetime import datetime
from decimal import ROUND_FLOOR, Decimal
from typing import Any

from cin7_pipeline.sandbox.ledger import Component, StockRow
from cin7_pipeline.sandbox.simulation.catalogue import Catalogue, ItemKey
from cin7_pipeline.sandbox.simulation.history import History
from cin7_pipeline.sandbox.simulation.stock import (
    ZERO,
    Figures,
    Movement,
    Place,
    StockRules,
    balances,
)

WHOLE = Decimal(1)


class Shelves:
    """All movements of the account's life so far, planned ones included."""

    def __init__(self, catalogue: Catalogue, rules: StockRules, opening: list[Movement]) -> None:
        self._catalogue, self._rules = catalogue, rules
        self._movements = opening

    def move(self, history: History[Any]) -> None:
        """Take in what a document's whole life does to stock."""
        self._movements += self._rules.movements(history)

    def rows(self, moment: datetime) -> list[StockRow]:
        """A row for every item and branch that ever had a movement, and for every kit it can make."""
        past = [movement for movement in self._movements if movement.at <= moment]
        figures, touched = balances(past), _last_touched(past)
        virtual: dict[Place, Decimal] = {}
        for kit in self._catalogue.kits:
            parts = self._catalogue.parts(kit.option_id)
            virtual |= _buildable((kit.option_id, ""), parts, figures, touched)
        for place in virtual:
            figures.setdefault(place, Figures())
        ordered = sorted(figures, key=lambda place: (*place.item, place.branch_id))
        return [
            self._row(place, figures[place], virtual.get(place, ZERO), touched[place])
            for place in ordered
        ]

    def _row(self, place: Place, held: Figures, virtual: Decimal, at: datetime) -> StockRow:
        option_id, size = place.item
        return StockRow(
            option_id=option_id,
            size=size,
            branch_id=place.branch_id,
            code=self._catalogue.sku(place.item),
            on_hand=held.on_hand,
            open_sales=held.open_sales,
            incoming=held.incoming,
            holding=held.holding,
            virtual=virtual,
            modified_at=at,
        )


def _last_touched(movements: list[Movement]) -> dict[Place, datetime]:
    """When goods last moved at each place; a mere reservation counts only where none ever did."""
    moved: dict[Place, datetime] = {}
    reserved: dict[Place, datetime] = {}
    for at, place, change in movements:
        kind = moved if change.on_hand or change.holding else reserved
        last = kind.get(place)
        if last is None or last < at:
            kind[place] = at
    return reserved | moved


def _buildable(
    kit: ItemKey,
    components: tuple[Component, ...],
    figures: dict[Place, Figures],
    touched: dict[Place, datetime],
) -> dict[Place, Decimal]:
    """How many of a kit each branch could make, where it has ever held every component."""
    found = {}
    for branch_id in {place.branch_id for place in figures}:
        parts = [Place((each.option_id, each.size), branch_id) for each in components]
        if not all(part in figures for part in parts):
            continue
        found[Place(kit, branch_id)] = min(
            (figures[part].available / each.quantity).quantize(WHOLE, ROUND_FLOOR)
            for part, each in zip(parts, components, strict=True)
        )
        touched.setdefault(Place(kit, branch_id), max(touched[part] for part in parts))
    return found
