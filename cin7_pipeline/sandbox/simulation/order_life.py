"""What becomes of a sales order: approval, picking, shipping, invoicing, and how it goes wrong.

A fate is a script of steps. Which order meets which fate follows from its number, so every account
has each of them again and again. Where orders come from is told in `orders`.
"""

import random
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal
from enum import Enum, auto

from cin7_pipeline.sandbox.ledger import Line, SalesOrder
from cin7_pipeline.sandbox.simulation.clock import WallClock
from cin7_pipeline.sandbox.simulation.history import History
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


class Fate(Enum):
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
    (31, 4, Fate.RESTORED),
    (29, 11, Fate.VOIDED),
    (37, 9, Fate.VOIDED_AS_DRAFT),
    (43, 16, Fate.DELETED_EARLY),
    (101, 30, Fate.DELETED_LATE),
    (23, 7, Fate.SPLIT),
    (17, 3, Fate.PART_SHIPPED),
    (47, 20, Fate.PART_SHIPPED_ONLY),
    (41, 13, Fate.STUCK),
    (53, 18, Fate.STUCK_PICKED),
    (59, 45, Fate.SHIPPED_UNEVENLY),
    (71, 36, Fate.SHIPPED_SHORT),
    (73, 31, Fate.WAITING_FOR_SUPPLIER),
    (61, 22, Fate.PICKED_AND_COUNTED),
    (82, 25, Fate.PICKED_AND_COUNTED),
    (9, 5, Fate.EDITED),
)
INVOICING = {0: Invoicing.BEFORE, 3: Invoicing.AFTER, 5: Invoicing.AFTER, 8: Invoicing.NEVER}
OWN_STAGES = ("Awaiting Supplier (PO Pending)", "awaiting supplier (PO pending) ", "Ready for 3PL")
PURGE_AFTER = timedelta(days=183)


def fate_of(number: int) -> Fate:
    """The fate of the order with that number, unless its source decides otherwise."""
    for period, place, fate in BY_NUMBER:
        if number % period == place:
            return fate
    return Fate.SHIPPED


@dataclass(frozen=True)
class BackOrder:
    """What Cin7 splits off: the lines that did not ship, to become an order of their own."""

    parent: SalesOrder
    at: datetime
    lines: tuple[Line, ...]


class OrderLife:
    """Tells one order's story from its first version on."""

    def __init__(
        self, order: SalesOrder, invoicing: Invoicing, clock: WallClock, rng: random.Random
    ) -> None:
        self.history = History(order)
        self.back_orders: list[BackOrder] = []
        self._invoicing, self._clock, self._rng = invoicing, clock, rng
        self._now = order.created_at

    def run(self, fate: Fate) -> None:
        """Play the script of a fate; a void is purged half a year later."""
        for step in SCRIPTS[fate]:
            step(self)
        last = self.history.last
        if last.is_void and last.deleted_at is None:
            self._wait(24 * PURGE_AFTER.days, 24 * PURGE_AFTER.days + 72)
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
        """Ready for the carrier: the stage that ShipStation waits for."""
        self._wait(2, 30)
        self._revise(stage="Fully Picked")
        if self._invoicing is Invoicing.BEFORE:
            self._wait(0.2, 2)
            self._invoice()

    def pick_in_part(self) -> None:
        """Some of it is not there yet."""
        self._wait(2, 30)
        self._revise(stage="Partially Picked")

    def ship_part(self) -> None:
        """Half of it leaves; the order stays undispatched."""
        self._wait(1, 20)
        self._revise(lines=done_in_part(self.history.last.lines))

    def ship_unevenly(self) -> None:
        """Part of it leaves, and of which sizes nobody says."""
        self._wait(1, 20)
        self._revise(lines=done_unevenly(self.history.last.lines))

    def close_short(self) -> None:
        """What has left is all that ever will."""
        self._wait(1, 30)
        self._revise(stage="Dispatched", dispatched_at=self._now)
        self._invoice_after_dispatch()

    def count(self) -> None:
        """The picker enters what is in the parcel; the carrier's system takes over from there."""
        self._wait(0.2, 4)
        self._revise(stage="Fully Picked", lines=done_in_full(self.history.last.lines))

    def await_supplier(self) -> None:
        """A stage that only this account has, typed by hand."""
        self._wait(1, 20)
        self._revise(stage=OWN_STAGES[self.history.last.id % len(OWN_STAGES)])

    def dispatch(self) -> None:
        """Everything leaves; invoiced now, later or not at all."""
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
        """Cancelled by a person in Cin7."""
        self._wait(4, 60)
        self._revise(is_void=True, cancelled_at=self._now, stage="Void")

    def restore(self) -> None:
        """The cancellation was a mistake."""
        self._wait(5, 50)
        self._revise(is_void=False, cancelled_at=None, stage="Processing")

    def delete(self) -> None:
        """Gone from Cin7 without a word."""
        self._wait(10, 200)
        self._revise(deleted_at=self._now)

    def sell_over_the_counter(self) -> None:
        """Paid and taken along within a minute of being written."""
        self._now += timedelta(seconds=40)
        lines = done_in_full(self.history.last.lines)
        self._revise(
            stage="Dispatched", dispatched_at=self._now, invoiced_at=self._now, lines=lines
        )

    def date_ahead(self) -> None:
        """The caller sets a dispatch date some days ahead; the goods leave on that day."""
        day = self._clock.day_of(self._now) + timedelta(days=self._rng.randint(3, 8))
        self._now += timedelta(seconds=90)
        self._revise(dispatched_at=self._clock.at(day))
        self._now = self._clock.at(day, 15, self._rng.randint(0, 3600))
        self._revise(stage="Dispatched", lines=done_in_full(self.history.last.lines))

    def date_only(self) -> None:
        """The caller sets a dispatch date, and nothing is ever shipped."""
        self._now += timedelta(seconds=90)
        self._revise(dispatched_at=self._clock.midnight_of(self._now))

    def _wait(self, low: float, high: float) -> None:
        self._now = self._clock.later(self._now, self._rng, low, high)

    def _revise(self, **changes: object) -> None:
        self.history.revise(self._now, **changes)

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


Life = OrderLife
SCRIPTS: dict[Fate, tuple[Callable[[OrderLife], None], ...]] = {
    Fate.SHIPPED: (Life.approve, Life.pick, Life.dispatch),
    Fate.EDITED: (Life.approve, Life.edit, Life.pick, Life.dispatch),
    Fate.PART_SHIPPED: (Life.approve, Life.pick_in_part, Life.ship_part, Life.pick, Life.dispatch),
    Fate.PART_SHIPPED_ONLY: (Life.approve, Life.pick_in_part, Life.ship_part),
    Fate.SPLIT: (Life.approve, Life.pick_in_part, Life.ship_part, Life.split),
    Fate.STUCK: (Life.approve,),
    Fate.STUCK_PICKED: (Life.approve, Life.pick),
    Fate.NEVER_APPROVED: (),
    Fate.VOIDED_AS_DRAFT: (Life.void,),
    Fate.VOIDED: (Life.approve, Life.void),
    Fate.RESTORED: (Life.approve, Life.void, Life.restore, Life.pick, Life.dispatch),
    Fate.DELETED_EARLY: (Life.delete,),
    Fate.DELETED_LATE: (Life.approve, Life.pick, Life.dispatch, Life.delete),
    Fate.OVER_THE_COUNTER: (Life.sell_over_the_counter,),
    Fate.DISPATCH_DATE_AHEAD: (Life.date_ahead,),
    Fate.DISPATCH_DATE_ONLY: (Life.date_only,),
    Fate.SHIPPED_UNEVENLY: (Life.approve, Life.pick_in_part, Life.ship_unevenly),
    Fate.SHIPPED_SHORT: (Life.approve, Life.pick_in_part, Life.ship_unevenly, Life.close_short),
    Fate.WAITING_FOR_SUPPLIER: (Life.approve, Life.await_supplier),
    Fate.PICKED_AND_COUNTED: (Life.approve, Life.pick, Life.count),
    Fate.PICKED_AS_DRAFT: (Life.count,),
}
