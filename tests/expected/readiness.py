"""The table `order_readiness`: what a carrier system still waits for before it ships an order."""

from collections.abc import Iterable
from datetime import timedelta

from cin7_pipeline.sandbox.ledger import SalesOrder
from tests.expected.measures import Calendar, Row

RECENT = timedelta(days=60)


def order_readiness(orders: Iterable[SalesOrder], calendar: Calendar) -> list[Row]:
    """One row per order that still exists, is not void and not dispatched."""
    return [
        _row(order, _criteria(order, calendar))
        for order in orders
        if not order.is_void and order.dispatched_at is None
    ]


def _criteria(order: SalesOrder, calendar: Calendar) -> dict[str, bool]:
    return {
        "approved": order.is_approved,
        "fully_picked": order.stage.strip().lower() == "fully picked",
        "recent": _is_recent(order, calendar),
        "delivery_country": bool((order.delivery_country or "").strip()),
        "dispatch_quantity": any(line.done > 0 for line in order.lines if not line.parent_id),
    }


def _is_recent(order: SalesOrder, calendar: Calendar) -> bool:
    """Created lately, or due lately; what is due later than today does not count."""
    since, due_on = calendar.today - RECENT, calendar.on(order.due_at)
    is_due = due_on is not None and since <= due_on <= calendar.today
    return calendar.on(order.created_at) >= since or is_due


def _row(order: SalesOrder, criteria: dict[str, bool]) -> Row:
    missing = [name for name, is_met in criteria.items() if not is_met]
    return {
        "sales_order_id": order.id,
        "order_number": order.reference,
        "is_approved": criteria["approved"],
        "is_fully_picked": criteria["fully_picked"],
        "is_recent": criteria["recent"],
        "has_delivery_country": criteria["delivery_country"],
        "has_dispatch_quantity": criteria["dispatch_quantity"],
        "is_ready": not missing,
        "missing": ", ".join(missing) or None,
    }
