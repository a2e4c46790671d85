"""This module makes `projected_stock` and `projected_stock_explained`: stock day by day, and what moves it.

Stock starts at Cin7's `available`, which is already net of open sales; receipts are the counted
replenishments, demand is the mean daily demand.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from typing import NamedTuple

from tests.expected.items import Items
from tests.expected.values import ZERO, Row, rounded

HORIZON_DAYS = 180
STOCK = ("on_hand", "available", "incoming", "in_transit")
PAIR = ("product_option_id", "size", "warehouse")

Pair = tuple[int, str, str]


class Movement(NamedTuple):
    """What moves stock on a day: an open line of a document, today's stock, or demand."""

    day_on: date
    kind: str
    document_id: int
    line_id: int
    order_number: str | None


@dataclass
class Position:
    """What is known of one item at one warehouse today, and what comes and goes from then on."""

    sku: str
    available: Decimal = ZERO
    daily_demand: Decimal = ZERO
    receipts: dict[Movement, Decimal] = field(default_factory=lambda: defaultdict(lambda: ZERO))

    def received(self, kind: str) -> dict[date, Decimal]:
        """Return what documents of a kind bring, by day."""
        total: dict[date, Decimal] = defaultdict(lambda: ZERO)
        for receipt, quantity in self.receipts.items():
            if receipt.kind == kind:
                total[receipt.day_on] += quantity
        return total


class Projection:
    """The positions of an account from today to the horizon."""

    def __init__(
        self,
        inventory: Iterable[Row],
        replenishments: Iterable[Row],
        daily_rates: Mapping[Pair, Decimal],
        items: Items,
        today: date,
    ) -> None:
        self._days = [today + timedelta(days=number) for number in range(HORIZON_DAYS + 1)]
        self._positions: dict[Pair, Position] = {}
        stock = {tuple(row[n] for n in PAIR): row for row in inventory if items.is_stocked(row)}
        # An item is projected where it has stock, a counted receipt or demand, and nowhere else;
        # what is not kept in stock never is.
        for pair, row in stock.items():
            if any(row[name] for name in STOCK):
                self._position(pair, row["sku"])
        for row in replenishments:
            if row["is_counted"]:
                self._add_receipt(row)
        for pair, rate in daily_rates.items():
            if pair[:2] not in items.not_stocked:
                self._position(pair, items.sku(pair[:2]) or "").daily_demand = rate
        for pair, position in self._positions.items():
            position.available = stock[pair]["available"] if pair in stock else ZERO

    def _position(self, pair: Pair, sku: str) -> Position:
        return self._positions.setdefault(pair, Position(sku))

    def _add_receipt(self, row: Row) -> None:
        """Add a receipt; what is expected beyond the horizon never comes, but its item is projected."""
        pair = (row["product_option_id"], row["size"], row["destination_warehouse"])
        position = self._position(pair, row["sku"])
        day = max(row["expected_on"], self._days[0])
        if day <= self._days[-1]:
            of_document = (row["kind"], row["document_id"], row["line_id"], row["order_number"])
            position.receipts[Movement(day, *of_document)] += row["open_quantity"]

    def stock(self) -> list[Row]:
        """Return the table `projected_stock`."""
        return [
            {**dict(zip(PAIR, pair, strict=True)), **row}
            for pair, position in self._positions.items()
            for row in self._days_of(position)
        ]

    def _days_of(self, position: Position) -> Iterator[Row]:
        demand, known = position.daily_demand, position.available
        purchases, transfers = position.received("purchase_order"), position.received("transfer")
        opening, demanded = known, ZERO
        for day in self._days:
            purchased, transferred = purchases.get(day, ZERO), transfers.get(day, ZERO)
            known += purchased + transferred
            demanded += demand
            projected = known - demanded
            yield {
                "day_on": day,
                "sku": position.sku,
                "opening": opening,
                "purchase_receipts": purchased,
                "transfer_receipts": transferred,
                "demand": demand,
                "projected_known": known,
                "projected": projected,
                "days_of_cover": rounded(max(projected, ZERO) / demand) if demand else None,
                "is_stockout": projected <= 0,
            }
            opening = projected

    def explained(self) -> list[Row]:
        """Return the table `projected_stock_explained`: movements up to a day add up to `projected`."""
        return [
            {
                **dict(zip(PAIR, pair, strict=True)),
                "sku": position.sku,
                "quantity": quantity,
                **movement._asdict(),
            }
            for pair, position in self._positions.items()
            for movement, quantity in self._movements(position)
        ]

    def _movements(self, position: Position) -> Iterator[tuple[Movement, Decimal]]:
        yield Movement(self._days[0], "available", 0, 0, None), position.available
        yield from position.receipts.items()
        if position.daily_demand:
            for day in self._days:
                yield Movement(day, "demand", 0, 0, None), -position.daily_demand
