"""This module simulates what becomes of a sales order: approval, picking, shipping, invoicing, and mistakes.

An outcome is a script of steps. Which order has which outcome follows from its number, so every account
has each of them again and again. Where orders come from is in `orders`.
"""

import random
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal
from enum import Enum, auto

from cin7_pipeline.sandbox.ledger import Line, SalesOrder
from cin7_pipeline.sandbox.simulation.clock import WallClock
from cin7_pipeline.sandbox.simulation.history import Lifecycle, by_number
from cin7_pipeline.sandbox.simulation.order_lines import (
    done_in_full,
    done_in_part,
    done_unevenly,
    only_done,
    still_open,
)


class Invoicing(Enum):
    """When an order is invoiced."""

    BEFORE = auto()
    WITH = auto()
    AFTER = auto()
    NEVER = auto()


class Outcome(Enum):
    """What becomes of an order."""

    SHIPPED = auto()
    EDITED = auto()
    PART_SHIPPED = auto()
    PART_SHIPPED_ONLY = auto()
    SPLIT = auto()
    STUCK = auto()
    STUCK_PICKED = auto()
    NEVER_APPROVED = auto()
    VOIDED_AS_DRAFT = auto()
    VOIDED = auto()
    RESTORED = auto()
    DELETED_EARLY = auto()
    DELETED_LATE = auto()
    OVER_THE_COUNTER = auto()
    DISPATCH_DATE_AHEAD = auto()
    DISPATCH_DATE_ONLY = auto()
    SHIPPED_UNEVENLY = auto()
    SHIPPED_SHORT = auto()
    WAITING_FOR_SUPPLIER = auto()
    PICKED_AND_COUNTED = auto()
    PICKED_AS_DRAFT = auto()


BY_NUMBER = (
    (31, 4, Outcome.RESTORED),
    (29, 11, Outcome.VOIDED),
    (37, 9, Outcome.VOIDED_AS_DRAFT),
    (43, 16, Outcome.DELETED_EARLY),
    (101, 30, Outcome.DELETED_LATE),
    (23, 7, Outcome.SPLIT),
    (17, 3, Outcome.PART_SHIPPED),
    (47, 20, Outcome.PART_SHIPPED_ONLY),
    (41, 13, Outcome.STUCK),
    (53, 18, Outcome.STUCK_PICKED),
    (59, 45, Outcome.SHIPPED_UNEVENLY),
    (71, 36, Outcome.SHIPPED_SHORT),
    (73, 31, Outcome.WAITING_FOR_SUPPLIER),
    (61, 22, Outcome.PICKED_AND_COUNTED),
    (82, 25, Outcome.PICKED_AND_COUNTED),
    (9, 5, Outcome.EDITED),
    (1, 0, Outcome.SHIPPED),
)
INVOICING = {0: Invoicing.BEFORE, 3: Invoicing.AFTER, 5: Invoicing.AFTER, 8: Invoicing.NEVER}
OWN_STAGES = ("Awaiting Supplier (PO Pending)", "awaiting supplier (PO pending) ", "Ready for 3PL")
PURGE_AFTER_DAYS = 183


def outcome_of(number: int) -> Outcome:
    """Return the outcome of the order with that number, unless its source decides otherwise."""
    return by_number(BY_NUMBER, number)


@dataclass(frozen=True)
class BackOrder:
    """The lines of a split order that did not ship, to become an order of their own."""

    parent: SalesOrder
    at: datetime
    lines: tuple[Line, ...]


class OrderLifecycle(Lifecycle[SalesOrder]):
    """Writes the versions of one sales order."""

    deleted_after_hours = (10, 200)

    def __init__(
        self, order: SalesOrder, invoicing: Invoicing, clock: WallClock, rng: random.Random
    ) -> None:
        super().__init__(order, clock, rng)
        self.back_orders: list[BackOrder] = []
        self._invoicing = invoicing

    def reach(self, outcome: Outcome) -> None:
        """Take the steps of an outcome; a void is purged half a year later."""
        last = self.run(SCRIPTS[outcome]).last
        if last.is_void and last.deleted_at is None:
            self._wait(24 * PURGE_AFTER_DAYS, 24 * PURGE_AFTER_DAYS + 72)
            self.delete()

    def approve(self) -> None:
        """Reserve the stock; orders of most sources arrive approved."""
        if not self.history.last.is_approved:
            self._wait(1, 30)
            self._revise(is_approved=True, stage="Processing")

    def edit(self) -> None:
        """Order one unit more of the first plain line, or move the due date."""
        self._wait(1, 8)
        order = self.history.last
        line = next((each for each in order.lines if _is_plain(each, order)), None)
        if line is None:
            self._revise(due_at=self._clock.midnight_of(self._now + timedelta(days=9)))
            return
        more = replace(line, quantity=line.quantity + 1)
        self._revise(lines=tuple(more if each is line else each for each in order.lines))

    def pick(self) -> None:
        """Pick it: the stage that ShipStation waits for."""
        self._wait(2, 30)
        self._revise(stage="Fully Picked")
        if self._invoicing is Invoicing.BEFORE:
            self._wait(0.2, 2)
            self._invoice()

    def pick_in_part(self) -> None:
        """Pick a part; the rest is not there yet."""
        self._wait(2, 30)
        self._revise(stage="Partially Picked")

    def ship_part(self) -> None:
        """Ship half of it; the order stays undispatched."""
        self._wait(1, 20)
        self._revise(lines=done_in_part(self.history.last.lines))

    def ship_unevenly(self) -> None:
        """Ship part of it; of which sizes is not recorded."""
        self._wait(1, 20)
        self._revise(lines=done_unevenly(self.history.last.lines))

    def close_short(self) -> None:
        """Close it with what has shipped."""
        self._wait(1, 30)
        self._revise(stage="Dispatched", dispatched_at=self._now)
        self._invoice_after_dispatch()

    def count(self) -> None:
        """Enter what is in the parcel; the carrier's system takes over from there."""
        self._wait(0.2, 4)
        self._revise(stage="Fully Picked", lines=done_in_full(self.history.last.lines))

    def await_supplier(self) -> None:
        """Set a stage that only this account has, typed by hand."""
        self._wait(1, 20)
        self._revise(stage=OWN_STAGES[self.history.last.id % len(OWN_STAGES)])

    def dispatch(self) -> None:
        """Ship everything; invoice it now, later or not at all."""
        self._wait(1, 48)
        self._revise(
            stage="Dispatched",
            dispatched_at=self._now,
            lines=done_in_full(self.history.last.lines),
        )
        self._invoice_after_dispatch()

    def split(self) -> None:
        """Close the order with what was shipped; the rest becomes a back order."""
        self._wait(1, 30)
        order = self.history.last
        self.back_orders.append(BackOrder(order, self._now, still_open(order.lines)))
        shipped = only_done(order.lines)
        self._revise(stage="Dispatched", dispatched_at=self._now, lines=shipped)
        self._invoice_after_dispatch()

    def void(self) -> None:
        """Cancel it in Cin7."""
        self._wait(4, 60)
        self._revise(is_void=True, cancelled_at=self._now, stage="Void")

    def restore(self) -> None:
        """Take back the cancellation."""
        self._wait(5, 50)
        self._revise(is_void=False, cancelled_at=None, stage="Processing")

    def sell_over_the_counter(self) -> None:
        """Sell it in a shop, within a minute of being written."""
        self._now += timedelta(seconds=40)
        lines = done_in_full(self.history.last.lines)
        self._revise(
            stage="Dispatched", dispatched_at=self._now, invoiced_at=self._now, lines=lines
        )

    def date_ahead(self) -> None:
        """Set a dispatch date some days ahead, as Order Desk does; the goods leave on that day."""
        day = self._clock.day_of(self._now) + timedelta(days=self._rng.randint(3, 8))
        self._now += timedelta(seconds=90)
        self._revise(dispatched_at=self._clock.at(day))
        self._now = self._clock.at(day, 15, self._rng.randint(0, 3600))
        self._revise(stage="Dispatched", lines=done_in_full(self.history.last.lines))

    def date_only(self) -> None:
        """Set a dispatch date, and never ship anything."""
        self._now += timedelta(seconds=90)
        self._revise(dispatched_at=self._clock.midnight_of(self._now))

    def _invoice(self) -> None:
        self._revise(invoiced_at=self._clock.midnight_of(self._now))

    def _invoice_after_dispatch(self) -> None:
        if self._invoicing is Invoicing.AFTER:
            self._wait(30, 150)
        if self._invoicing in {Invoicing.WITH, Invoicing.AFTER}:
            self._invoice()


def _is_plain(line: Line, order: SalesOrder) -> bool:
    is_kit = any(each.parent_id == line.id for each in order.lines)
    whole = line.quantity == line.quantity.to_integral_value() and line.quantity > Decimal(0)
    return bool(line.option_id) and not (line.sizes or line.parent_id or is_kit) and whole


_O = OrderLifecycle
SCRIPTS: dict[Outcome, tuple[Callable[[OrderLifecycle], None], ...]] = {
    Outcome.SHIPPED: (_O.approve, _O.pick, _O.dispatch),
    Outcome.EDITED: (_O.approve, _O.edit, _O.pick, _O.dispatch),
    Outcome.PART_SHIPPED: (_O.approve, _O.pick_in_part, _O.ship_part, _O.pick, _O.dispatch),
    Outcome.PART_SHIPPED_ONLY: (_O.approve, _O.pick_in_part, _O.ship_part),
    Outcome.SPLIT: (_O.approve, _O.pick_in_part, _O.ship_part, _O.split),
    Outcome.STUCK: (_O.approve,),
    Outcome.STUCK_PICKED: (_O.approve, _O.pick),
    Outcome.NEVER_APPROVED: (),
    Outcome.VOIDED_AS_DRAFT: (_O.void,),
    Outcome.VOIDED: (_O.approve, _O.void),
    Outcome.RESTORED: (_O.approve, _O.void, _O.restore, _O.pick, _O.dispatch),
    Outcome.DELETED_EARLY: (_O.delete,),
    Outcome.DELETED_LATE: (_O.approve, _O.pick, _O.dispatch, _O.delete),
    Outcome.OVER_THE_COUNTER: (_O.sell_over_the_counter,),
    Outcome.DISPATCH_DATE_AHEAD: (_O.date_ahead,),
    Outcome.DISPATCH_DATE_ONLY: (_O.date_only,),
    Outcome.SHIPPED_UNEVENLY: (_O.approve, _O.pick_in_part, _O.ship_unevenly),
    Outcome.SHIPPED_SHORT: (_O.approve, _O.pick_in_part, _O.ship_unevenly, _O.close_short),
    Outcome.WAITING_FOR_SUPPLIER: (_O.approve, _O.await_supplier),
    Outcome.PICKED_AND_COUNTED: (_O.approve, _O.pick, _O.count),
    Outcome.PICKED_AS_DRAFT: (_O.count,),
}
