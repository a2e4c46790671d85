"""Orders that are entered wrongly: sums written over, an unknown customer, cartons, the same order twice.

Wrong codes are told in `miskeyed`.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from cin7_pipeline.sandbox.ledger import Line, SalesOrder
from cin7_pipeline.sandbox.simulation.order_lines import Baskets
from cin7_pipeline.sandbox.simulation.sources import BACKEND, ORDER_DESK, SHOPIFY, UPSTOCK, Arrival

UNKNOWN_MEMBER_ID = 99_017
CARTON = Decimal(6)
TWICE_EVERY, TWICE_PLACE = 7, 2


def wrong_amounts(arrival: Arrival) -> dict[str, Any]:
    """What somebody wrote over on an order, and whom nobody knows; mostly nothing."""
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
    """The first plain line of some orders in cartons; its quantity stays in stocking units."""
    if number % 22 != 9:
        return lines
    parents = {line.parent_id for line in lines}
    for place, line in enumerate(lines):
        if line.option_id and not (line.sizes or line.parent_id or line.id in parents):
            lines[place] = replace(line, quantity=2 * CARTON, uom_size=CARTON)
            break
    return lines


@dataclass(frozen=True)
class Repeat:
    """An order that is about to be entered again, and how."""

    order: SalesOrder
    at: datetime
    changes: dict[str, Any]


def repeat_of(arrival: Arrival, order: SalesOrder) -> Repeat | None:
    """How some orders of marketplaces and of Upstock come to be entered again by hand.

    In turn: the same customer's number, the same reference, the reference as customer's number; a
    week later; and by the same system.
    """
    turn, place = divmod(arrival.nth, TWICE_EVERY)
    if arrival.source not in {ORDER_DESK, UPSTOCK} or place != TWICE_PLACE:
        return None
    by_hand = {"source": BACKEND.name, "is_approved": False}
    own = by_hand | {"reference": f"SO-9{order.id}"}
    number = order.customer_order_no or order.reference
    ways: tuple[tuple[int, dict[str, Any]], ...] = (
        (26, own | {"customer_order_no": number}),
        (44, by_hand | {"customer_order_no": None}),
        (30, own | {"customer_order_no": f" #{order.reference.lower()}"}),
        (170, own | {"customer_order_no": number}),
        (25, {"is_approved": order.is_approved}),
    )
    hours, changes = ways[turn % len(ways)]
    return Repeat(order, order.created_at + timedelta(hours=hours), changes)


def entered_again(repeat: Repeat, next_id: Callable[[], int], baskets: Baskets) -> SalesOrder:
    """The second order: the same goods for the same customer under another id."""
    order = replace(
        repeat.order,
        id=next_id(),
        created_at=repeat.at,
        modified_at=repeat.at,
        lines=baskets.again(repeat.order.lines),
    )
    return replace(order, **repeat.changes)
