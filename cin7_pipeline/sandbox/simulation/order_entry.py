"""This module says how sales orders are entered: by which system, with which mistakes, and edited late.

Mistakes: sums written over, an unknown customer, cartons, mistyped codes, the same order twice. Which
lines an order has and who ordered it is in `orders`.
"""

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from cin7_pipeline.sandbox.ledger import Line, SalesOrder
from cin7_pipeline.sandbox.simulation import contacts as place
from cin7_pipeline.sandbox.simulation import order_lifecycle as outcomes
from cin7_pipeline.sandbox.simulation.catalogue import Catalogue
from cin7_pipeline.sandbox.simulation.clock import WallClock
from cin7_pipeline.sandbox.simulation.history import History
from cin7_pipeline.sandbox.simulation.lifecycle import by_number

DOLLAR_RATE = Decimal("1.5244")
NEW_ZEALAND_GST = Decimal(15)
UNKNOWN_MEMBER_ID = 99_017
CARTON = Decimal(6)
REPEATED_EVERY, REPEATED_REMAINDER = 7, 2
LATE_EDIT_AFTER_DAYS = 92
NIGHTLY_JOB_SECOND = timedelta(seconds=3)
TYPOS: tuple[Callable[[str], str], ...] = (
    str.lower,
    lambda code: f"{code.strip()}  ",
    lambda code: code.replace("-", " -", 1),
    lambda code: f"OLD{code.strip()[-5:]}",
)


@dataclass(frozen=True)
class Source:
    """A system that writes sales orders, and how its orders look."""

    name: str | None
    reference: str
    first_number: int
    branch_id: int
    groups: tuple[str, ...]
    tier: str
    most: int
    is_draft: bool = False


SHOPIFY = Source("Shopify", "#{}", 1001, place.THIRD_PARTY, ("Retail - Shop",), "retail", 3)
ORDERMENTUM = Source(
    "Ordermentum", "OM-{}", 20117, place.MAIN, ("Wholesale", "Distributor"), "wholesale", 8, True
)
UPSTOCK = Source("Upstock", "UP{}", 3001, place.MAIN, ("Wholesale",), "wholesale", 8)
ORDER_DESK = Source("Order Desk", "OD-{}", 77001, place.WEST, ("Marketplace",), "retail", 3)
BACKEND = Source(
    "Backend", "SO-{}", 5001, place.MAIN, ("Wholesale", "Staff", "Distributor"), "vip", 9, True
)
POINT_OF_SALE = Source("POS", "POS{}", 801, place.STORE, ("Retail - Shop",), "retail", 2)
UNNAMED = Source(None, "WOR{}", 19261, place.MAIN, ("Wholesale", ""), "wholesale", 5)
ARRIVALS = (
    SHOPIFY, BACKEND, ORDERMENTUM, SHOPIFY, POINT_OF_SALE, SHOPIFY, UPSTOCK, ORDER_DESK,
    SHOPIFY, ORDERMENTUM, BACKEND, SHOPIFY, POINT_OF_SALE, ORDER_DESK, SHOPIFY, UNNAMED,
    UPSTOCK, SHOPIFY, ORDERMENTUM, BACKEND,
)  # fmt: skip


@dataclass(frozen=True)
class Arrival:
    """One order about to be written: the `number`-th of all, the `nth` of its source."""

    source: Source
    number: int
    nth: int
    at: datetime
    rng: random.Random

    @property
    def outcome(self) -> outcomes.Outcome:
        """What becomes of it: by the rules of its source first, then by its number."""
        if self.source is POINT_OF_SALE:
            return outcomes.OVER_THE_COUNTER
        if self.source is ORDER_DESK and self.nth % 5 in {1, 3}:
            return (
                outcomes.DISPATCH_DATE_AHEAD if self.nth % 5 == 1 else outcomes.DISPATCH_DATE_ONLY
            )
        if self.source is ORDERMENTUM and self.nth % 8 == 5:
            return outcomes.PICKED_AS_DRAFT if self.nth % 24 == 21 else outcomes.NEVER_APPROVED
        return by_number(outcomes.OUTCOMES, self.number)

    @property
    def reference(self) -> str:
        """The source's own numbering."""
        return self.source.reference.format(self.source.first_number + self.nth)

    def source_fields(self) -> dict[str, Any]:
        """Return what only one system fills in."""
        if self.source is ORDER_DESK:
            wrap = "Gift wrap" if self.nth % 3 else ""
            fields = {"orders_1000": f"3PL-{self.nth % 5}", "orders_1001": wrap}
            return {"customer_order_no": f"77-{self.nth:05d}", "custom_fields": fields}
        if self.source is ORDERMENTUM and self.nth % 2:
            return {"customer_order_no": f"PO {4400 + self.nth}"}
        if self.source is BACKEND and self.nth % 6 == 2:
            return {"project_name": "Trade Fair", "custom_fields": {"orders_1002": "Booth order"}}
        if self.source is SHOPIFY and self.nth % 3 == 0:
            return {"stage": "Awaiting Payment"}
        return {}

    def delivery(self, clock: WallClock) -> dict[str, Any]:
        """Return due dates, countries and currencies; some orders lack what a carrier needs."""
        due = clock.midnight_of(self.at + timedelta(days=self.rng.randint(2, 12)))
        details: dict[str, Any] = {"due_at": due if self.number % 3 else None}
        if self.number % 27 == 14:
            is_exempt = self.number % 54 == 14
            details |= {"delivery_country": "New Zealand", "tax_rate": NEW_ZEALAND_GST}
            details |= {"tax_status": "Exempt" if is_exempt else "Excl"}
            details |= {"currency": "USD", "currency_rate": DOLLAR_RATE}
        if self.number % 41 in {13, 25}:
            details |= {"delivery_country": ("", None)[self.number % 2]}
        if self.number % 45 == 12:
            details |= {"distribution_branch_id": place.WEST}
        if self.number % 6 == 1:
            details |= {"freight": Decimal(self.rng.choice((0, 995, 1250, 4500))) / 100}
        if self.number % 19 == 4:
            details |= {"surcharge": Decimal("3.3")}
        if self.number % 34 == 21:
            details |= {"discount_total": Decimal("5.5")}
        return details


def wrong_amounts(arrival: Arrival) -> dict[str, Any]:
    """Return what somebody wrote over on an order, or an unknown customer; mostly nothing."""
    number = arrival.number
    wrong: dict[str, Any] = {}
    if number % 97 == 35:
        wrong["product_total_error"] = Decimal("18.4") if number % 2 else Decimal("-7.25")
    if number % 89 == 51:
        wrong["total_error"] = Decimal("0.9")
    if number % 149 == 60 and arrival.source is not SHOPIFY:
        wrong["member_id"] = UNKNOWN_MEMBER_ID
    return wrong


def in_cartons(lines: list[Line], number: int) -> list[Line]:
    """Write the first plain line of some orders in cartons; its quantity stays in stocking units."""
    if number % 22 != 9:
        return lines
    parents = {line.parent_id for line in lines}
    for index, line in enumerate(lines):
        if line.option_id and not (line.sizes or line.parent_id or line.id in parents):
            lines[index] = replace(line, quantity=2 * CARTON, uom_size=CARTON)
            break
    return lines


def mistype(line: Line, nth: int, catalogue: Catalogue) -> list[Line]:
    """Write a line's code as it was typed elsewhere: matching is case-sensitive, so its link is lost.

    A line of a kit, and a code that would match another item, stay as they are; every fifth time the
    code is right and only the link is missing.
    """
    if line.parent_id or not line.code or line.sizes or catalogue.components(line.option_id):
        return [line]
    if nth % 5 == 4 and catalogue.key_by_code(line.code) == (line.option_id, ""):
        return [replace(line, option_id=0)]
    code = TYPOS[nth % len(TYPOS)](line.code)
    return [line] if catalogue.knows(code) else [replace(line, option_id=0, code=code)]


def repeat_of(arrival: Arrival, order: SalesOrder) -> SalesOrder | None:
    """Return the order as it is entered again by hand, which happens to some of marketplaces and Upstock.

    In turn: with the same customer's number, the same reference, the reference as customer's number;
    a week later; and by the same system.
    """
    turn, remainder = divmod(arrival.nth, REPEATED_EVERY)
    if arrival.source not in {ORDER_DESK, UPSTOCK} or remainder != REPEATED_REMAINDER:
        return None
    by_hand = {"source": BACKEND.name, "is_approved": False}
    own = by_hand | {"reference": f"SO-9{order.id}"}
    number = order.customer_order_no or order.reference
    ways: tuple[tuple[int, dict[str, Any]], ...] = (
        (26, own | {"customer_order_no": number}),
        (44, by_hand | {"customer_order_no": None}),
        (30, own | {"customer_order_no": f" #{order.reference.lower()}"}),
        (170, own | {"customer_order_no": number}),
        (25, {}),
    )
    hours, changes = ways[turn % len(ways)]
    at = order.created_at + timedelta(hours=hours)
    return replace(order, created_at=at, modified_at=at, **changes)


def save_again_at_month_end(order: History[SalesOrder], clock: WallClock) -> None:
    """Stamp the order with the second in which a nightly job saves all orders of the month."""
    order.save_again(clock.next_month(order.versions[0].created_at) + NIGHTLY_JOB_SECOND)


def correct_late(orders: Sequence[History[SalesOrder]], day: date, clock: WallClock) -> None:
    """Edit one finished order of the day, 92 days after the day.

    From then on there is, every day, an order older than the usual lookback that was edited.
    """
    at = clock.at(day + timedelta(days=LATE_EDIT_AFTER_DAYS), 10.3)
    finished = [
        each
        for each in orders
        if each.last.dispatched_at and each.last.lines and not each.last.deleted_at
    ]
    history = next((each for each in finished if each.last.modified_at < at), None)
    if history is None:
        return
    order = history.last
    first, *others = order.lines
    corrections: tuple[dict[str, object], ...] = (
        {"project_name": "Reconciled"},
        {"lines": (replace(first, unit_price=first.unit_price * Decimal("0.95")), *others)},
        {"invoiced_at": clock.midnight_of(order.dispatched_at or order.created_at)},
        {"customer_order_no": f"LATE-{order.id}"},
    )
    history.revise(at, **corrections[day.toordinal() % len(corrections)])
