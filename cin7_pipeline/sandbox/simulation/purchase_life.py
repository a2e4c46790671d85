"""What becomes of a purchase order: approval, deliveries whole or in part, and how it goes wrong.

Cin7 calls the received quantity of a line `qtyShipped`; here it is `done`. Sized lines always halve
evenly, since Cin7 does not say which sizes of a part delivery came. What is bought is told in
`purchasing`.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from random import Random

from cin7_pipeline.sandbox.ledger import Line, PurchaseOrder
from cin7_pipeline.sandbox.simulation.clock import WallClock
from cin7_pipeline.sandbox.simulation.history import History
from cin7_pipeline.sandbox.simulation.order_lines import (
    done_in_full,
    done_in_part,
    only_done,
    still_open,
)

LATE_VOID_AFTER_DAYS = 89
PURGE_AFTER_DAYS = 183


@dataclass(frozen=True)
class BackOrder:
    """The undelivered lines of a purchase order, to become one of their own."""

    parent: PurchaseOrder
    at: datetime
    lines: tuple[Line, ...]


class PurchaseLife:
    """Tells one purchase order's story."""

    def __init__(self, order: PurchaseOrder, lead_days: int, clock: WallClock, rng: Random) -> None:
        self.history = History(order)
        self.back_orders: list[BackOrder] = []
        self._clock, self._rng = clock, rng
        self._now = order.created_at
        self._due = order.created_at + timedelta(days=lead_days + rng.randint(-3, 5))

    def approve(self) -> None:
        """Sent to the supplier, who accepts some days later."""
        self._wait(2, 40)
        self._revise(is_approved=True)
        self._wait(24, 90)
        self._revise(accepted_at=self._clock.midnight_of(self._now))

    def receive_half(self) -> None:
        """A part delivery: lines count up, the order stays open."""
        self._arrive()
        self._revise(stage="Partially Received", lines=done_in_part(self.history.last.lines))
        self._due = self._now + timedelta(days=self._rng.randint(6, 16))

    def receive(self) -> None:
        """Everything is there, and the date is set."""
        self._arrive()
        lines = done_in_full(self.history.last.lines)
        self._revise(stage="Received", lines=lines, received_at=self._now)

    def receive_too_much(self) -> None:
        """The supplier sent half as much again of one line, of every size alike."""
        self._arrive()
        first, *others = done_in_full(self.history.last.lines)
        lines = (replace(first, done=first.done + int(first.done) // 2), *others)
        self._revise(stage="Received", lines=lines, received_at=self._now)

    def receive_undated(self) -> None:
        """Every line is received and nobody closes the order: open for ever, as old ones are."""
        self._arrive()
        self._revise(lines=done_in_full(self.history.last.lines))

    def split(self) -> None:
        """Close the order with what came; the rest becomes a back order."""
        self._wait(4, 30)
        order = self.history.last
        self.back_orders.append(BackOrder(order, self._now, still_open(order.lines)))
        self._revise(stage="Received", lines=only_done(order.lines), received_at=self._now)

    def void(self) -> None:
        """Cancelled within days."""
        self._wait(30, 150)
        self._void()

    def void_late(self) -> None:
        """Cancelled when nobody looks at it any more: 89 days after it was written."""
        self._now = self.history.last.created_at + timedelta(days=LATE_VOID_AFTER_DAYS)
        self._void()

    def delete(self) -> None:
        """Gone without a word."""
        self._wait(20, 120)
        self._revise(deleted_at=self._now)

    def _void(self) -> None:
        self._revise(is_void=True, cancelled_at=self._now, stage="Void")
        self._wait(24 * PURGE_AFTER_DAYS, 24 * PURGE_AFTER_DAYS + 72)
        self._revise(deleted_at=self._now)

    def _arrive(self) -> None:
        self._now = max(self._now, self._due)
        self._wait(0, 6)

    def _wait(self, low: float, high: float) -> None:
        self._now = self._clock.later(self._now, self._rng, low, high)

    def _revise(self, **changes: object) -> None:
        self.history.revise(self._now, **changes)


Life = PurchaseLife
Script = tuple[Callable[[PurchaseLife], None], ...]
BY_NUMBER: tuple[tuple[int, int, Script], ...] = (
    (26, 4, (Life.approve, Life.void_late)),
    (17, 8, (Life.approve, Life.void)),
    (13, 6, ()),
    (29, 10, (Life.delete,)),
    (11, 2, (Life.approve, Life.receive_half, Life.split)),
    (9, 5, (Life.approve, Life.receive_undated)),
    (19, 12, (Life.approve, Life.receive_too_much)),
    (31, 16, (Life.approve,)),
    (3, 1, (Life.approve, Life.receive_half, Life.receive)),
    (1, 0, (Life.approve, Life.receive)),
)


def script_of(number: int) -> Script:
    """The steps of the purchase order with that number; the last row fits every number."""
    return next(script for period, place, script in BY_NUMBER if number % period == place)
