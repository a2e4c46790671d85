"""This module simulates what becomes of a sales order: approval, picking, shipping, invoicing, and mistakes.

An outcome is a script of steps. Which order has which outcome follows from its number, so every account
has each of them again and again. Where orders come from is in `orders`.
"""

import random
from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Literal, Self

from cin7_pipeline.sandbox.ledger import Line, SalesOrder
from cin7_pipeline.sandbox.simulation.clock import WallClock
from cin7_pipeline.sandbox.simulation.lifecycle import (
    Lifecycle,
    Scripts,
    in_full,
    midnight,
    now,
    step,
)
from cin7_pipeline.sandbox.simulation.order_lines import done_in_part, done_unevenly, only_done

Invoicing = Literal["before", "with", "after", "never"]
"""When an order is invoiced, relative to its dispatch."""
INVOICING: dict[int, Invoicing] = {0: "before", 3: "after", 5: "after", 8: "never"}
OWN_STAGES = ("Awaiting Supplier (PO Pending)", "awaiting supplier (PO pending) ", "Ready for 3PL")
PURGE_AFTER_DAYS = 183


class OrderLifecycle(Lifecycle[SalesOrder]):
    """Writes the versions of one sales order."""

    def __init__(
        self, order: SalesOrder, invoicing: Invoicing, clock: WallClock, rng: random.Random
    ) -> None:
        super().__init__(order, clock, rng)
        self._invoicing = invoicing

    def run(self, script: Iterable[Callable[[Self], None]]) -> Self:
        """Take the steps of an outcome; a void is purged half a year later."""
        super().run(script)
        if self.document.is_void and self.document.deleted_at is None:
            self.wait(24 * PURGE_AFTER_DAYS, 24 * PURGE_AFTER_DAYS + 72)
            delete(self)
        return self

    def approve(self) -> None:
        """Reserve the stock; orders of most sources arrive approved."""
        if not self.document.is_approved:
            self.wait(1, 30)
            self.revise(is_approved=True, stage="Processing")

    def edit(self) -> None:
        """Order one unit more of the first plain line, or move the due date."""
        self.wait(1, 8)
        order = self.document
        line = next((each for each in order.lines if _is_plain(each, order)), None)
        if line is None:
            self.revise(due_at=self.clock.midnight_of(self.now + timedelta(days=9)))
            return
        more = replace(line, quantity=line.quantity + 1)
        self.revise(lines=tuple(more if each is line else each for each in order.lines))

    def pick(self) -> None:
        """Pick it: the stage that ShipStation waits for."""
        self.wait(2, 30)
        self.revise(stage="Fully Picked")
        if self._invoicing == "before":
            self.wait(0.2, 2)
            self.revise(invoiced_at=midnight)

    def dispatch(self) -> None:
        """Ship everything; invoice it now, later or not at all."""
        self.wait(1, 48)
        self._close(in_full(self))

    def close_short(self) -> None:
        """Close it with what has shipped."""
        self.wait(1, 30)
        self._close(self.document.lines)

    def close_and_split(self) -> None:
        """Close the order with what was shipped; the rest becomes a back order."""
        self.wait(1, 30)
        self.split()
        self._close(only_done(self.document.lines))

    def sell_over_the_counter(self) -> None:
        """Sell it in a shop, within a minute of being written."""
        self.now += timedelta(seconds=40)
        self.revise(stage="Dispatched", dispatched_at=now, invoiced_at=now, lines=in_full)

    def date_ahead(self) -> None:
        """Set a dispatch date some days ahead, as Order Desk does; the goods leave on that day."""
        day = self.clock.day_of(self.now) + timedelta(days=self.rng.randint(3, 8))
        self.now += timedelta(seconds=90)
        self.revise(dispatched_at=self.clock.at(day))
        self.now = self.clock.at(day, 15, self.rng.randint(0, 3600))
        self.revise(stage="Dispatched", lines=in_full)

    def date_only(self) -> None:
        """Set a dispatch date, and never ship anything."""
        self.now += timedelta(seconds=90)
        self.revise(dispatched_at=midnight)

    def _close(self, lines: tuple[Line, ...]) -> None:
        self.revise(stage="Dispatched", dispatched_at=now, lines=lines)
        if self._invoicing == "after":
            self.wait(30, 150)
        if self._invoicing in {"with", "after"}:
            self.revise(invoiced_at=midnight)


def _is_plain(line: Line, order: SalesOrder) -> bool:
    is_kit = any(each.parent_id == line.id for each in order.lines)
    whole = line.quantity == line.quantity.to_integral_value() and line.quantity > Decimal(0)
    return bool(line.option_id) and not (line.sizes or line.parent_id or is_kit) and whole


Outcome = tuple[Callable[[OrderLifecycle], None], ...]
approve, pick, dispatch = OrderLifecycle.approve, OrderLifecycle.pick, OrderLifecycle.dispatch
pick_in_part = step(2, 30, stage="Partially Picked")
ship_part = step(1, 20, lines=lambda each: done_in_part(each.document.lines))
ship_unevenly = step(1, 20, lines=lambda each: done_unevenly(each.document.lines))
count = step(0.2, 4, stage="Fully Picked", lines=in_full)
void = step(4, 60, is_void=True, cancelled_at=now, stage="Void")
restore = step(5, 50, is_void=False, cancelled_at=None, stage="Processing")
set_own_stage = step(1, 20, stage=lambda each: OWN_STAGES[each.document.id % len(OWN_STAGES)])
delete = step(10, 200, deleted_at=now)

SHIPPED: Outcome = (approve, pick, dispatch)
EDITED: Outcome = (approve, OrderLifecycle.edit, pick, dispatch)
PART_SHIPPED: Outcome = (approve, pick_in_part, ship_part, pick, dispatch)
PART_SHIPPED_ONLY: Outcome = (approve, pick_in_part, ship_part)
SPLIT: Outcome = (approve, pick_in_part, ship_part, OrderLifecycle.close_and_split)
STUCK: Outcome = (approve,)
STUCK_PICKED: Outcome = (approve, pick)
NEVER_APPROVED: Outcome = ()
VOIDED_AS_DRAFT: Outcome = (void,)
VOIDED: Outcome = (approve, void)
RESTORED: Outcome = (approve, void, restore, pick, dispatch)
DELETED_EARLY: Outcome = (delete,)
DELETED_LATE: Outcome = (approve, pick, dispatch, delete)
OVER_THE_COUNTER: Outcome = (OrderLifecycle.sell_over_the_counter,)
DISPATCH_DATE_AHEAD: Outcome = (OrderLifecycle.date_ahead,)
DISPATCH_DATE_ONLY: Outcome = (OrderLifecycle.date_only,)
SHIPPED_UNEVENLY: Outcome = (approve, pick_in_part, ship_unevenly)
SHIPPED_SHORT: Outcome = (approve, pick_in_part, ship_unevenly, OrderLifecycle.close_short)
WAITING_FOR_SUPPLIER: Outcome = (approve, set_own_stage)
PICKED_AND_COUNTED: Outcome = (approve, pick, count)
PICKED_AS_DRAFT: Outcome = (count,)

OUTCOMES: Scripts[OrderLifecycle] = (
    (31, 4, RESTORED),
    (29, 11, VOIDED),
    (37, 9, VOIDED_AS_DRAFT),
    (43, 16, DELETED_EARLY),
    (101, 30, DELETED_LATE),
    (23, 7, SPLIT),
    (17, 3, PART_SHIPPED),
    (47, 20, PART_SHIPPED_ONLY),
    (41, 13, STUCK),
    (53, 18, STUCK_PICKED),
    (59, 45, SHIPPED_UNEVENLY),
    (71, 36, SHIPPED_SHORT),
    (73, 31, WAITING_FOR_SUPPLIER),
    (61, 22, PICKED_AND_COUNTED),
    (82, 25, PICKED_AND_COUNTED),
    (9, 5, EDITED),
    (1, 0, SHIPPED),
)
