"""This module makes the table `demand_daily`: sales and returns per item, warehouse, channel and day."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from tests.expected.values import ZERO, Row, rounded

GRAIN = ("product_option_id", "size", "warehouse", "channel")


@dataclass
class Day:
    """What happened to one item in one warehouse and channel on one day."""

    sku: str
    sold: Decimal = ZERO
    returned: Decimal = ZERO
    orders: set[str] = field(default_factory=set)
    by_customer: dict[int, Decimal] = field(default_factory=lambda: defaultdict(lambda: ZERO))

    def figures(self) -> Row:
        """Return the columns beside the grain; without a sale or a customer's name nobody has a share."""
        has_share = self.sold > 0 and self.by_customer
        return {
            "sku": self.sku,
            "sold_quantity": self.sold,
            "returned_quantity": self.returned,
            "net_quantity": self.sold - self.returned,
            "order_count": len(self.orders),
            "customer_count": len(self.by_customer),
            "largest_customer_share": rounded(max(self.by_customer.values()) / self.sold)
            if has_share
            else None,
        }


def demand_daily(sales_lines: Iterable[Row], return_lines: Iterable[Row]) -> list[Row]:
    """Return one row per day with a sale or a return; an order and its split back orders are one."""
    days: dict[tuple[Any, ...], Day] = {}
    for row in sales_lines:
        day = _day(days, row, "sold_on")
        day.sold += row["quantity"]
        if row["quantity"] > 0:
            day.orders.add(row["order_root"])
        if row["quantity"] > 0 and row["customer_id"] is not None:
            day.by_customer[row["customer_id"]] += row["quantity"]
    for row in return_lines:
        _day(days, row, "returned_on").returned += row["quantity"]
    grain = (*GRAIN, "sold_on")
    return [dict(zip(grain, key, strict=True)) | day.figures() for key, day in days.items()]


def _day(days: dict[tuple[Any, ...], Day], row: Row, dated: str) -> Day:
    key = (*(row[name] for name in GRAIN), row[dated])
    return days.setdefault(key, Day(row["sku"]))
