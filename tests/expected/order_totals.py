"""Sales orders whose stated totals are not what their lines, charges and tax add up to.

What an order states is in the ledger; what it should state is worked out here.
"""

from collections.abc import Iterable
from decimal import Decimal

from cin7_pipeline.sandbox.ledger import SalesOrder
from tests.expected.issue_rows import issues
from tests.expected.measures import ZERO, Row, rounded

CENT = Decimal("0.01")
TOTAL_TOLERANCE = Decimal("0.05")


def total_issues(orders: Iterable[SalesOrder]) -> list[Row]:
    """Both issues of orders that still exist and are not void."""
    orders = [order for order in orders if not order.is_void]
    lines = (order.id for order in orders if not _lines_add_up(order))
    totals = (order.id for order in orders if not _total_adds_up(order))
    return [
        *issues("order_lines_do_not_add_up", "warning", "sales_order", lines),
        *issues("order_total_does_not_add_up", "info", "sales_order", totals),
    ]


def _lines_add_up(order: SalesOrder) -> bool:
    """True within a cent per line; components are in the price of their kit."""
    lines = [line for line in order.lines if not line.parent_id]
    goods = sum((rounded(line.quantity * line.unit_price - line.discount) for line in lines), ZERO)
    return abs(order.product_total - goods) <= CENT * max(len(order.lines), 1)


def _total_adds_up(order: SalesOrder) -> bool:
    net = order.product_total + order.freight + order.surcharge - order.discount_total
    is_taxed_on_top = order.tax_status.lower() == "excl"
    expected = net * (1 + _tax_rate(order)) if is_taxed_on_top else net
    return abs(order.total - expected) <= TOTAL_TOLERANCE


def _tax_rate(order: SalesOrder) -> Decimal:
    """The rate as a fraction; what is above 1 was entered as a percentage."""
    return order.tax_rate / 100 if order.tax_rate > 1 else order.tax_rate
