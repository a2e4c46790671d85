"""Credit notes: goods that come back, goods that never do, and money without goods.

Quantities are negative, as Cin7 writes them; `done` is what went back into stock.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from random import Random

from cin7_pipeline.sandbox.ledger import CreditNote, Line, SalesOrder
from cin7_pipeline.sandbox.simulation.clock import WallClock, seeded_rng
from cin7_pipeline.sandbox.simulation.history import History
from cin7_pipeline.sandbox.simulation.order_lines import Baskets, done_in_full

FIRST_CREDIT_NOTE_ID, FIRST_REFERENCE = 60200, 3100
OLDEST_DAYS, YOUNGEST_DAYS = 40, 4
REFUND_QUANTITY, REFUND_PRICE = Decimal("-0.1775"), Decimal("1840")


class ReturnLife:
    """Tells one credit note's story."""

    def __init__(self, note: CreditNote, clock: WallClock, rng: Random) -> None:
        self.history = History(note)
        self._clock, self._rng = clock, rng
        self._now = note.created_at

    def approve(self) -> None:
        """Granted."""
        self._wait(1, 40)
        self._revise(is_approved=True, credited_at=self._clock.midnight_of(self._now))

    def complete(self) -> None:
        """The goods are back on the shelf."""
        self._wait(10, 150)
        self._revise(completed_at=self._now, lines=done_in_full(self.history.last.lines))

    def void(self) -> None:
        """Called off."""
        self._wait(5, 60)
        self._revise(is_void=True)

    def delete(self) -> None:
        """Gone without a word."""
        self._wait(20, 90)
        self._revise(deleted_at=self._now)

    def _wait(self, low: float, high: float) -> None:
        self._now = self._clock.later(self._now, self._rng, low, high)

    def _revise(self, **changes: object) -> None:
        self.history.revise(self._now, **changes)


Life = ReturnLife
Script = tuple[Callable[[ReturnLife], None], ...]
BY_NUMBER: tuple[tuple[int, int, Script], ...] = (
    (9, 3, ()),
    (8, 5, (Life.approve,)),
    (11, 6, (Life.approve, Life.void)),
    (19, 9, (Life.approve, Life.complete, Life.delete)),
    (1, 0, (Life.approve, Life.complete)),
)
REFUND_EVERY = 7


class ReturnsDesk:
    """Writes the credit notes of each day."""

    def __init__(self, seed: int, clock: WallClock, baskets: Baskets) -> None:
        self._seed, self._clock, self._baskets = seed, clock, baskets
        self._count = 0

    def live(
        self, day: date, notes: int, orders: Sequence[History[SalesOrder]]
    ) -> list[History[CreditNote]]:
        """The credit notes of one day; they credit orders dispatched some days before."""
        rng = seeded_rng(self._seed, "returns", day)
        told = []
        for at in sorted(self._clock.at(day, rng.uniform(9, 17)) for _ in range(notes)):
            shipped = self._shipped(at, orders)
            if shipped:
                told.append(self._tell(rng.choice(shipped), at, rng))
        return told

    def _shipped(self, at: datetime, orders: Sequence[History[SalesOrder]]) -> list[SalesOrder]:
        earliest, latest = at - timedelta(days=OLDEST_DAYS), at - timedelta(days=YOUNGEST_DAYS)
        states = (
            each.at(at) for each in orders if earliest <= each.versions[0].created_at < latest
        )
        return [
            state
            for state in states
            if state and state.branch_id and state.deleted_at is None and _is_shipped(state)
        ]

    def _tell(self, order: SalesOrder, at: datetime, rng: Random) -> History[CreditNote]:
        self._count += 1
        note = CreditNote(
            id=FIRST_CREDIT_NOTE_ID + self._count,
            reference=f"CRN-{FIRST_REFERENCE + self._count}",
            created_at=at,
            modified_at=at,
            is_approved=False,
            lines=self._lines(order, rng),
            member_id=order.member_id,
            branch_id=order.branch_id,
            sales_reference=order.reference,
            source=order.source,
            company=order.company,
            project_name=order.project_name,
            currency=order.currency,
            currency_rate=order.currency_rate,
        )
        life = ReturnLife(note, self._clock, rng)
        for step in next(
            script for period, at_, script in BY_NUMBER if self._count % period == at_
        ):
            step(life)
        return life.history

    def _lines(self, order: SalesOrder, rng: Random) -> tuple[Line, ...]:
        """One line of the order (a kit with its parts), or an amount of money."""
        if self._count % REFUND_EVERY == 2:
            code = ("", "Amount")[self._count % 2]
            line = self._baskets.fee(code, "Refund", REFUND_PRICE)
            return (replace(line, quantity=REFUND_QUANTITY),)
        goods = [line for line in order.lines if line.option_id and not line.parent_id]
        chosen = rng.choice(goods)
        family = [line for line in order.lines if chosen.id in {line.id, line.parent_id}]
        return tuple(_turned(line) for line in self._baskets.again(family))


def _is_shipped(order: SalesOrder) -> bool:
    shipped = any(line.option_id and line.done > 0 and not line.parent_id for line in order.lines)
    return order.dispatched_at is not None and not order.is_void and shipped


def _turned(line: Line) -> Line:
    sizes = tuple(replace(size, quantity=-size.quantity) for size in line.sizes)
    return replace(line, quantity=-line.quantity, discount=-line.discount, sizes=sizes)
