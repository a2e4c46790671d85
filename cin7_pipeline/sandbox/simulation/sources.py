"""This module describes the systems that write sales orders, and what each leaves on an order.

Which lines an order has and who ordered it is in `orders`.
"""

import random
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from cin7_pipeline.sandbox.simulation import contacts as place
from cin7_pipeline.sandbox.simulation import order_lifecycle as outcomes
from cin7_pipeline.sandbox.simulation.clock import WallClock
from cin7_pipeline.sandbox.simulation.lifecycle import by_number

DOLLAR_RATE = Decimal("1.5244")
NEW_ZEALAND_GST = Decimal(15)


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
