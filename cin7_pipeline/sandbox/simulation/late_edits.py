"""What happens to orders long after their life seems over: mass re-saves and late corrections."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

from cin7_pipeline.sandbox.ledger import SalesOrder
from cin7_pipeline.sandbox.simulation.clock import WallClock
from cin7_pipeline.sandbox.simulation.history import History

LATE_EDIT_AFTER_DAYS = 92
RESAVE_SECOND = timedelta(seconds=3)


def save_again_at_month_end(order: History[SalesOrder], clock: WallClock) -> None:
    """Stamp the order with the second in which a nightly job re-saves the month's orders."""
    order.save_again(clock.next_month(order.versions[0].created_at) + RESAVE_SECOND)


def correct_late(orders: Sequence[History[SalesOrder]], day: date, clock: WallClock) -> None:
    """Let somebody edit one finished order of the day, 92 days after the day.

    So from then on there is, every day, an order older than the usual lookback that was edited.
    """
    at = clock.at(day + timedelta(days=LATE_EDIT_AFTER_DAYS), 10.3)
    finished = [each for each in orders if each.last.modified_at < at and _is_finished(each.last)]
    if not finished:
        return
    history = finished[0]
    order = history.last
    first, *others = order.lines
    corrections: tuple[dict[str, object], ...] = (
        {"project_name": "Reconciled"},
        {"lines": (replace(first, unit_price=first.unit_price * Decimal("0.95")), *others)},
        {"invoiced_at": clock.midnight_of(order.dispatched_at or order.created_at)},
        {"customer_order_no": f"LATE-{order.id}"},
    )
    history.revise(at, **corrections[day.toordinal() % len(corrections)])


def _is_finished(order: SalesOrder) -> bool:
    return order.dispatched_at is not None and order.deleted_at is None and bool(order.lines)
