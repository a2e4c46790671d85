"""This module simulates purchase orders: what runs low, from whom, by when, and what becomes of it.

Cin7 calls the received quantity of a line `qtyShipped`; here it is `done`. Sized lines always halve
evenly, since Cin7 does not say which sizes of a part delivery came.
"""

from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal
from itertools import count
from random import Random
from typing import Any

from cin7_pipeline.sandbox.ledger import Line, PurchaseOrder
from cin7_pipeline.sandbox.simulation import contacts as place
from cin7_pipeline.sandbox.simulation.buyer_view import SHARES
from cin7_pipeline.sandbox.simulation.contacts import SUPPLIERS
from cin7_pipeline.sandbox.simulation.items import Article
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
from cin7_pipeline.sandbox.simulation.order_lines import done_in_part, only_done

FIRST_PURCHASE_ORDER_ID, FIRST_REFERENCE = 40012, 5186
COVER_TO_BUY_DAYS, MOST_LINES = 110, 14
DOLLAR_RATE = Decimal("1.5244")
LATE_VOID_AFTER_DAYS, PURGE_AFTER_DAYS, BACK_ORDER_LEAD_DAYS = 89, 183, 14


class PurchaseLifecycle(Lifecycle[PurchaseOrder]):
    """Writes the versions of one purchase order."""

    def __init__(self, order: PurchaseOrder, lead_days: int, context: Context, rng: Random) -> None:
        super().__init__(order, context.clock, rng)
        self._due = order.created_at + timedelta(days=lead_days + rng.randint(-3, 5))

    def receive_half(self) -> None:
        """Receive a part: lines count up, the order stays open."""
        self._arrive()
        self.revise(stage="Partially Received", lines=done_in_part(self.document.lines))
        self._due = self.now + timedelta(days=self.rng.randint(6, 16))

    def receive(self) -> None:
        """Receive everything, and set the date."""
        self._arrive()
        self.revise(stage="Received", lines=in_full, received_at=now)

    def receive_too_much(self) -> None:
        """Receive everything and half as much again of one line, of every size alike."""
        self._arrive()
        first, *others = in_full(self)
        lines = (replace(first, done=first.done + int(first.done) // 2), *others)
        self.revise(stage="Received", lines=lines, received_at=now)

    def receive_undated(self) -> None:
        """Receive every line and leave the order open for ever, as old ones are."""
        self._arrive()
        self.revise(lines=in_full)

    def close(self) -> None:
        """Close the order with what came; the rest becomes a back order."""
        self.wait(4, 30)
        self.split()
        self.revise(stage="Received", lines=only_done(self.document.lines), received_at=now)

    def wait_for_the_end_of_the_lookback(self) -> None:
        """Let 89 days pass since it was written."""
        self.now = self.document.created_at + timedelta(days=LATE_VOID_AFTER_DAYS)

    def void(self) -> None:
        """Cancel it; half a year later it is purged."""
        self.revise(is_void=True, cancelled_at=now, stage="Void")
        self.wait(24 * PURGE_AFTER_DAYS, 24 * PURGE_AFTER_DAYS + 72)
        self.revise(deleted_at=now)

    def _arrive(self) -> None:
        self.now = max(self.now, self._due)
        self.wait(0, 6)


_P = PurchaseLifecycle
_send, _accept = step(2, 40, is_approved=True), step(24, 90, accepted_at=midnight)
SCRIPTS: Scripts[PurchaseLifecycle] = (
    (26, 4, (_send, _accept, _P.wait_for_the_end_of_the_lookback, _P.void)),
    (17, 8, (_send, _accept, lambda lifecycle: lifecycle.wait(30, 150), _P.void)),
    (13, 6, ()),
    (29, 10, (step(20, 120, deleted_at=now),)),
    (11, 2, (_send, _accept, _P.receive_half, _P.close)),
    (9, 5, (_send, _accept, _P.receive_undated)),
    (19, 12, (_send, _accept, _P.receive_too_much)),
    (31, 16, (_send, _accept)),
    (3, 1, (_send, _accept, _P.receive_half, _P.receive)),
    (1, 0, (_send, _accept, _P.receive)),
)


class PurchaseOrderWriter(Writer[PurchaseOrder]):
    """Writes the purchase orders of each day."""

    topic, hours = "purchases", (8.5, 17)

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        self._ids = count(FIRST_PURCHASE_ORDER_ID + 1)

    def _next(self, at: datetime, rng: Random) -> PurchaseLifecycle:
        self._count += 1
        number = self._count
        currency, lead_days = list(SUPPLIERS.values())[number % len(SUPPLIERS)]
        supplier_id = self._context.contacts.supplier_ids[number % len(SUPPLIERS)]
        reference = f"PO-{FIRST_REFERENCE + (number - 1 if number % 33 == 15 else number)}"
        order = PurchaseOrder(
            **new(next(self._ids), reference, at),
            lines=self._lines(supplier_id, number, rng),
            member_id=0 if number % 37 == 14 else supplier_id,
            branch_id=place.WEST if number % 8 == 3 else place.MAIN,
            currency=currency,
            currency_rate=DOLLAR_RATE if currency == "USD" else Decimal(1),
            **self._dates(number, at, lead_days),
        )
        lifecycle = PurchaseLifecycle(order, lead_days, self._context, rng)
        lifecycle.run(by_number(SCRIPTS, number))
        if not self._context.market.counts_arrivals or _comes(lifecycle.document):
            self._context.buyer.add(order.lines, order.branch_id, 1)
        return lifecycle

    def _back_order(self, part: PurchaseOrder, rng: Random) -> PurchaseLifecycle:
        order = replace(
            part, id=next(self._ids), stage="New", lines=self._context.lines.again(part.lines)
        )
        lifecycle = PurchaseLifecycle(order, BACK_ORDER_LEAD_DAYS, self._context, rng)
        return lifecycle.run((PurchaseLifecycle.receive,))

    def _dates(self, number: int, at: datetime, lead_days: int) -> dict[str, Any]:
        """Return promises at local midnight; every seventh order has none, every eighth is too early."""
        if number % 7 == 3:
            return {"etd_at": None, "eta_at": None}
        promised = lead_days - 9 if number % 8 == 5 else lead_days
        midnight_of = self._context.clock.midnight_of
        eta_at = midnight_of(at + timedelta(days=promised))
        return {"etd_at": midnight_of(at + timedelta(days=10)), "eta_at": eta_at}

    def _lines(self, supplier_id: int, number: int, rng: Random) -> tuple[Line, ...]:
        write = self._context.lines
        on_sale = [a for a in self._context.catalogue.on_sale() if not a.product.components]
        own = [each for each in on_sale if each.product.supplier_id in {supplier_id, 0}]
        days_left = self._context.buyer.days_left
        # What runs out first; a supplier that has nothing of its own may sell anything.
        ranked = sorted(own or on_sale, key=lambda article: days_left(article, SHARES))
        lines = [self._line(article, rng) for article in ranked[:MOST_LINES]]
        if number % 4 == 2:
            lines.append(write.fee("freight", "Sea freight", Decimal(300), 1))
        if number % 23 == 9:
            pair = "/".join((line.code or "").strip() for line in lines[:2])
            lines.append(write.fee(pair, "Mixed carton", Decimal("4.1"), 24))
        return tuple(lines)

    def _line(self, article: Article, rng: Random) -> Line:
        """Return enough for the weeks ahead, in fives; of a size grid, in twos of every size."""
        buyer = self._context.buyer
        target = buyer.daily(article) * COVER_TO_BUY_DAYS
        step = 2 if article.is_sized else 5
        amounts = []
        for option in article.options:
            believed = sum((buyer.at(option.key, id) for id in SHARES), Decimal(0))
            amounts.append(step * max(2, round((target - believed) / step)))
        price = (article.cost * Decimal(rng.randint(95, 105)) / 100).quantize(Decimal("0.001"))
        return self._context.lines.line(article, amounts, price)


def _comes(order: PurchaseOrder) -> bool:
    """Return whether the goods of an order come in the end."""
    return not (order.is_void or order.deleted_at) and any(line.done for line in order.lines)
