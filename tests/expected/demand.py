"""The table `demand_daily`: what was sold and what came back, per item, warehouse, channel and day."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal

from tests.expected.measures import ZERO, Row, rounded

GRAIN = ("product_option_id", "size", "warehouse", "channel", "sold_on")


@dataclass
class Day:
    """What happened to one item in one warehouse and channel on one day."""

    sku: str
    sold: Decimal = ZERO
    returned: Decimal = ZERO
    orders: set[str] = field(default_factory=set)
    by_customer: dict[int, Decimal] = field(default_factory=lambda: defaultdict(lambda: ZERO))

    def sell(self, row: Row) -> None:
        """Add a row of `sales_lines`."""
        self.sold += row["quantity"]
        self.orders.add(row["order_root"])
        if row["customer_id"] is not None:
            self.by_customer[row["customer_id"]] += row["quantity"]

    def largest_share(self) -> Decimal | None:
        """The share of the customer who took most; unknown where nobody is named."""
        if self.sold <= 0 or not self.by_customer:
            return None
        return rounded(max(self.by_customer.values()) / self.sold)

    def figures(self) -> Row:
        """The columns beside the grain."""
        return {
            "sku": self.sku,
            "sold_quantity": self.sold,
            "returned_quantity": self.returned,
            "net_quantity": self.sold - self.returned,
            "order_count": len(self.orders),
            "customer_count": len(self.by_customer),
            "largest_customer_share": self.largest_share(),
        }


def demand_daily(sales_lines: Iterable[Row], return_lines: Iterable[Row]) -> list[Row]:
    """One row per day with a sale or a return; sales count where they are dated."""
    days: dict[tuple[object, ...], Day] = {}
    for row in sales_lines:
        _day(days, row, "sold_on").sell(row)
    for row in return_lines:
        _day(days, row, "returned_on").returned += row["quantity"]
    return [dict(zip(GRAIN, key, strict=True)) | day.figures() for key, day in days.items()]


def _day(days: dict[tuple[object, ...], Day], row: Row, dated: str) -> Day:
    key = (*(row[name] for name in GRAIN[:-1]), row[dated])
    return days.setdefault(key, Day(row["sku"]))
