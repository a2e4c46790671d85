"""This module simulates credit notes: goods that come back, goods that never do, money without goods.

Quantities are negative, as Cin7 writes them; `done` is what went back into stock.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal
from random import Random

from cin7_pipeline.sandbox.ledger import CreditNote, Line, SalesOrder
from cin7_pipeline.sandbox.simulation.history import History
from cin7_pipeline.sandbox.simulation.lifecycle import (
    Context,
    Lifecycle,
    Scripts,
    Writer,
    by_number,
    in_full,
    midnight,
    new,
    now,
    step,
)

FIRST_CREDIT_NOTE_ID, FIRST_REFERENCE = 60200, 3100
OLDEST_DAYS, YOUNGEST_DAYS = 40, 4
REFUND_EVERY, REFUND_QUANTITY, REFUND_PRICE = 7, Decimal("-0.1775"), Decimal("1840")


_grant = step(1, 40, is_approved=True, credited_at=midnight)
_complete = step(10, 150, completed_at=now, lines=in_full)
SCRIPTS: Scripts[Lifecycle[CreditNote]] = (
    (9, 3, ()),
    (8, 5, (_grant,)),
    (11, 6, (_grant, step(5, 60, is_void=True))),
    (19, 9, (_grant, _complete, step(20, 90, deleted_at=now))),
    (1, 0, (_grant, _complete)),
)


class CreditNoteWriter(Writer[CreditNote]):
    """Writes the credit notes of each day; they credit orders dispatched some days before."""

    topic = "returns"

    def __init__(self, context: Context, orders: Sequence[History[SalesOrder]]) -> None:
        super().__init__(context)
        self._orders = orders

    def _next(self, at: datetime, rng: Random) -> Lifecycle[CreditNote] | None:
        shipped = _shipped(at, self._orders)
        if not shipped:
            return None
        order = rng.choice(shipped)
        self._count += 1
        note = CreditNote(
            **new(FIRST_CREDIT_NOTE_ID + self._count, f"CRN-{FIRST_REFERENCE + self._count}", at),
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
        lifecycle = Lifecycle(note, self._context.clock, rng)
        return lifecycle.run(by_number(SCRIPTS, self._count))

    def _lines(self, order: SalesOrder, rng: Random) -> tuple[Line, ...]:
        """Return one line of the order (a kit with its parts), or an amount of money."""
        if self._count % REFUND_EVERY == 2:
            code = ("", "Amount")[self._count % 2]
            line = self._context.lines.fee(code, "Refund", REFUND_PRICE)
            return (replace(line, quantity=REFUND_QUANTITY),)
        goods = [line for line in order.lines if line.option_id and not line.parent_id]
        chosen = rng.choice(goods)
        family = [line for line in order.lines if chosen.id in {line.id, line.parent_id}]
        return tuple(_negative(line) for line in self._context.lines.again(family))


def _shipped(at: datetime, orders: Sequence[History[SalesOrder]]) -> list[SalesOrder]:
    """Return the orders of the last weeks that had shipped by then."""
    earliest, latest = at - timedelta(days=OLDEST_DAYS), at - timedelta(days=YOUNGEST_DAYS)
    recent = (each for each in orders if earliest <= each.versions[0].created_at < latest)
    return [order for each in recent if (order := each.at(at)) and _is_shipped(order)]


def _is_shipped(order: SalesOrder) -> bool:
    is_valid = order.branch_id and order.dispatched_at and not (order.is_void or order.deleted_at)
    shipped = any(line.option_id and line.done > 0 and not line.parent_id for line in order.lines)
    return bool(is_valid) and shipped


def _negative(line: Line) -> Line:
    sizes = tuple(replace(size, quantity=-size.quantity) for size in line.sizes)
    return replace(line, quantity=-line.quantity, discount=-line.discount, sizes=sizes)
