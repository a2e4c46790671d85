"""Sales that look as if two systems had written the same one."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import timedelta
from itertools import combinations

from cin7_pipeline.sandbox.ledger import SalesOrder
from tests.expected.issue_rows import issues
from tests.expected.measures import Calendar, Row
from tests.expected.sales import Sale

APART = timedelta(days=3)


def sold_twice(sales: Iterable[Sale], calendar: Calendar) -> list[Row]:
    """The later of two sales from different sources that share a number and nearly a day."""
    orders = {entry.document.id: entry.document for entry in sales if entry.is_included}
    by_number: dict[str, list[SalesOrder]] = defaultdict(list)
    for order in orders.values():
        for number in _numbers(order):
            by_number[number].append(order)
    later = (
        max(one.id, other.id)
        for sharing in by_number.values()
        for one, other in combinations(sharing, 2)
        if _look_the_same(one, other, calendar)
    )
    return issues("sold_twice", "warning", "sales_order", later)


def _look_the_same(one: SalesOrder, other: SalesOrder, calendar: Calendar) -> bool:
    apart = abs(calendar.on(one.created_at) - calendar.on(other.created_at))
    return (one.source or "") != (other.source or "") and apart <= APART


def _numbers(order: SalesOrder) -> set[str]:
    """The order's own reference and its customer's number, as people would compare them."""
    return set(filter(None, map(_plain, (order.reference, order.customer_order_no or ""))))


def _plain(number: str) -> str:
    return number.strip().removeprefix("#").strip().lower()
