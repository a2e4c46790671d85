"""What is doubtful about sales orders: customers, dates, branches, sync_order, units.

Issues of any document are told in `issues`, sums in `order_totals`, orders that came twice in
`sold_twice`.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import timedelta

from cin7_pipeline.sandbox.ledger import Contact, SalesOrder
from tests.expected.issue_rows import issue, issues
from tests.expected.measures import Calendar, Row

DRAFTS_WAIT = timedelta(days=7)
LATELY = timedelta(days=90)
LARGEST_SHARE_PERCENT = 80
STAGES = {
    "new",
    "awaiting payment",
    "declined",
    "dispatched",
    "processing",
    "on hold",
    "fully picked",
    "partially picked",
    "needs attention",
    "fraud warning",
    "backorder",
    "void",
    "completed",
}


def order_issues(
    orders: Iterable[SalesOrder], contacts: Iterable[Contact], calendar: Calendar
) -> list[Row]:
    """All issues of orders that still exist; of void ones only those of customer and units."""
    orders = list(orders)
    live = [order for order in orders if not order.is_void]
    return [
        *_unknown_customers(orders, contacts),
        *_old_drafts(live, calendar),
        *_dispatched_in_future(live, calendar),
        *_default_branch(live, calendar),
        *_unmapped_stages(live),
        *_units_of_measure(orders),
    ]


def _unknown_customers(orders: Iterable[SalesOrder], contacts: Iterable[Contact]) -> list[Row]:
    known = {contact.id for contact in contacts}
    unknown = (o.id for o in orders if o.member_id > 0 and o.member_id not in known)
    return issues("unknown_customer", "warning", "sales_order", unknown)


def _old_drafts(orders: Iterable[SalesOrder], calendar: Calendar) -> list[Row]:
    since = calendar.today - DRAFTS_WAIT
    old = (o.id for o in orders if not o.is_approved and calendar.on(o.created_at) < since)
    return issues("old_draft", "warning", "sales_order", old)


def _dispatched_in_future(orders: Iterable[SalesOrder], calendar: Calendar) -> list[Row]:
    ahead = (o.id for o in orders if o.dispatched_at and o.dispatched_at > calendar.as_of)
    return issues("dispatched_in_future", "warning", "sales_order", ahead)


def _default_branch(orders: Sequence[SalesOrder], calendar: Calendar) -> list[Row]:
    """The branch that nearly all orders of late name; orders without a branch count in the whole."""
    since = calendar.today - LATELY
    counts = Counter(o.branch_id for o in orders if calendar.on(o.created_at) > since)
    dominant = (
        branch_id
        for branch_id, count in counts.items()
        if branch_id and count * 100 > counts.total() * LARGEST_SHARE_PERCENT
    )
    return issues("default_branch_share", "info", "branch", dominant)


def _unmapped_stages(orders: Iterable[SalesOrder]) -> list[Row]:
    """Stages that Cin7's own words do not cover, each on the first order that has it."""
    first: dict[str, int] = {}
    for order in orders:
        stage = order.stage.strip().lower()
        if order.dispatched_at is None and stage and stage not in STAGES:
            first[stage] = min(order.id, first.get(stage, order.id))
    return issues("unmapped_stage", "info", "sales_order", first.values())


def _units_of_measure(orders: Iterable[SalesOrder]) -> list[Row]:
    """Lines that were sold by the carton or the like."""
    return [
        issue("unit_of_measure_line", "info", "sales_order", order.id, line.id)
        for order in orders
        for line in order.lines
        if line.uom_size > 1
    ]
