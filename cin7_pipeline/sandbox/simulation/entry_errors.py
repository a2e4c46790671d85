"""This module simulates what people do wrong with orders, or do late.

Sums written over, an unknown customer, cartons, mistyped codes, the same order twice, mass saves and
corrections of old orders.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from cin7_pipeline.sandbox.ledger import Line, SalesOrder
from cin7_pipeline.sandbox.simulation.catalogue import Catalogue
from cin7_pipeline.sandbox.simulation.clock import WallClock
from cin7_pipeline.sandbox.simulation.history import History
from cin7_pipeline.sandbox.simulation.sources import BACKEND, ORDER_DESK, SHOPIFY, UPSTOCK, Arrival

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
    for place, line in enumerate(lines):
        if line.option_id and not (line.sizes or line.parent_id or line.id in parents):
            lines[place] = replace(line, quantity=2 * CARTON, uom_size=CARTON)
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
