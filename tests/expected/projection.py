"""Projected stock: what each item and warehouse will hold, day by day, and every movement behind it.

Stock starts at Cin7's `available`, which is already net of open sales; receipts are the counted
replenishments, demand is the pace at which the item was sold.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from typing import NamedTuple

from tests.expected.items import Items
from tests.expected.measures import ZERO, Row, rounded

HORIZON_DAYS = 180
STOCK = ("on_hand", "available", "incoming", "in_transit")

Pair = tuple[int, str, str]


class Movement(NamedTuple):
    """What moves stock on a day: an open line of a document, today's stock, or demand."""

    on: date
    kind: str
    document_id: int
    line_id: int
    order_number: str | None


@dataclass
class Position:
    """What is known of one item at one warehouse today, and what comes and goes from then on."""

    sku: str
    available: Decimal = ZERO
    pace: Decimal = ZERO
    receipts: dict[Movement, Decimal] = field(default_factory=lambda: defaultdict(lambda: ZERO))

    def received(self, kind: str) -> dict[date, Decimal]:
        """What documents of a kind bring, by day."""
        total: dict[date, Decimal] = {}
        for receipt, quantity in self.receipts.items():
            if receipt.kind == kind:
                total[receipt.on] = total.get(receipt.on, ZERO) + quantity
        return total


class Projection:
    """The positions of an account from today to the horizon."""

    def __init__(
        self,
        inventory: Iterable[Row],
        replenishments: Iterable[Row],
        paces: Mapping[Pair, Decimal],
        items: Items,
        today: date,
    ) -> None:
        self._days = [today + timedelta(days=number) for number in range(HORIZON_DAYS + 1)]
        self._positions: dict[Pair, Position] = {}
        self._items = items
        stock = {_pair(row, "warehouse"): row for row in inventory}
        self._open(stock, [row for row in replenishments if row["is_counted"]], paces)

    def _open(
        self, stock: Mapping[Pair, Row], coming: Iterable[Row], paces: Mapping[Pair, Decimal]
    ) -> None:
        for pair, row in stock.items():
            if any(row[name] for name in STOCK):
                self._position(pair, row["sku"])
        for row in coming:
            self._expect(row)
        for pair, pace in paces.items():
            self._position(pair, self._items.sku(pair[:2]) or "").pace = pace
        for pair, position in self._positions.items():
            position.available = stock[pair]["available"] if pair in stock else ZERO

    def _position(self, pair: Pair, sku: str) -> Position:
        return self._positions.setdefault(pair, Position(sku))

    def _expect(self, row: Row) -> None:
        position = self._position(_pair(row, "destination_warehouse"), row["sku"])
        on = max(row["expected_on"], self._days[0])
        if on <= self._days[-1]:
            receipt = Movement(
                on, row["kind"], row["document_id"], row["line_id"], row["order_number"]
            )
            position.receipts[receipt] += row["open_quantity"]

    def stock(self) -> list[Row]:
        """The table `projected_stock`."""
        return [row for each in self._positions.items() for row in self._days_of(*each)]

    def _days_of(self, pair: Pair, position: Position) -> Iterator[Row]:
        option_id, size, warehouse = pair
        sku, pace, known = position.sku, position.pace, position.available
        purchases, transfers = position.received("purchase_order"), position.received("transfer")
        opening, demanded = known, ZERO
        for day in self._days:
            purchased, transferred = purchases.get(day, ZERO), transfers.get(day, ZERO)
            known += purchased + transferred
            demanded += pace
            projected = known - demanded
            yield {
                "product_option_id": option_id,
                "size": size,
                "warehouse": warehouse,
                "day_on": day,
                "sku": sku,
                "opening": opening,
                "purchase_receipts": purchased,
                "transfer_receipts": transferred,
                "demand": pace,
                "projected_known": known,
                "projected": projected,
                "days_of_cover": rounded(max(projected, ZERO) / pace) if pace else None,
                "is_stockout": projected <= 0,
            }
            opening = projected

    def explained(self) -> list[Row]:
        """The table `projected_stock_explained`: quantities up to a day add up to `projected`."""
        return [
            {
                "product_option_id": pair[0],
                "size": pair[1],
                "warehouse": pair[2],
                "day_on": receipt.on,
                "kind": receipt.kind,
                "document_id": receipt.document_id,
                "line_id": receipt.line_id,
                "sku": position.sku,
                "order_number": receipt.order_number,
                "quantity": quantity,
            }
            for pair, position in self._positions.items()
            for receipt, quantity in self._movements(position)
        ]

    def _movements(self, position: Position) -> Iterator[tuple[Movement, Decimal]]:
        yield Movement(self._days[0], "available", 0, 0, None), position.available
        yield from position.receipts.items()
        if position.pace:
            sold = -position.pace
            yield from ((Movement(day, "demand", 0, 0, None), sold) for day in self._days)


def _pair(row: Row, where: str) -> Pair:
    return row["product_option_id"], row["size"], row[where]
