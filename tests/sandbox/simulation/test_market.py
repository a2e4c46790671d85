"""What the demand of a lively merchant shows to those who look for it."""

from collections import Counter
from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from statistics import mean

import pytest

from cin7_pipeline.sandbox.ledger import Ledger, SalesOrder
from cin7_pipeline.sandbox.simulation.market import CAMPAIGN_DAYS, LIVELY, PEAKS, STEADY
from cin7_pipeline.sandbox.simulation.merchant import Merchant, Size

OPENED_ON = date(2024, 7, 1)
SMALL = Size(products=60, orders_per_day=6)


@pytest.fixture(scope="module")
def lively() -> Ledger:
    """Two whole years of a small merchant."""
    merchant = Merchant(opened_on=OPENED_ON, size=SMALL, market=LIVELY)
    return merchant.ledger(datetime(2026, 7, 1, tzinfo=UTC))


def count(orders: Iterable[SalesOrder], form: str) -> Counter[str]:
    return Counter(order.created_at.strftime(form) for order in orders)


def test_demand_has_a_week_a_season_and_growth(lively: Ledger) -> None:
    """Fridays sell more than Sundays, December more than June, each half-year more than that of before."""
    days, months = count(lively.sales_orders, "%a"), count(lively.sales_orders, "%Y-%m")
    assert days["Fri"] > 1.3 * days["Sun"]
    for year in (2024, 2025):
        assert months[f"{year}-12"] > 1.2 * months[f"{year + 1}-06"]
        assert 1.05 < months["2025-12"] / months["2024-12"] < 1.4


def test_a_campaign_sells_more_of_its_category_for_less(lively: Ledger) -> None:
    """In its week a category sells half as much again as in the rest of the month, at a fifth off."""
    category = {product.id: product.category for product in lively.products}
    of = {option.id: category[option.product_id] for option in lively.options}
    inside, outside, discounts = Counter[date](), Counter[date](), set()
    for order in lively.sales_orders:
        day = order.created_at.date()
        for line in order.lines:
            if of.get(line.option_id) == list(PEAKS)[day.month % len(PEAKS)]:
                is_in = day.day in CAMPAIGN_DAYS
                (inside if is_in else outside)[day] += int(line.quantity)
                if is_in and line.discount and line.quantity * line.unit_price:
                    discounts.add(round(line.discount / (line.quantity * line.unit_price), 2))
    assert mean(inside.values()) > 1.5 * mean(outside.values())
    assert float(max(discounts, key=float)) >= 0.2


def test_warehouses_have_several_channels_and_web_shops_customers_of_one_order(
    lively: Ledger,
) -> None:
    """Each distribution centre ships three channels or more, and many customers came once."""
    sources = {branch: set() for branch in (3, 8, 11)}
    for order in lively.sales_orders:
        sources.get(order.branch_id, set()).add(order.source)
    assert all(len(found) >= 3 for found in sources.values())
    times = Counter(order.member_id for order in lively.sales_orders if order.member_id)
    assert sum(number == 1 for number in times.values()) > len(times) / 4


@pytest.mark.parametrize("days", range(0, 730, 73))
def test_a_steady_market_changes_nothing(days: int) -> None:
    """Tests count on the orders of a day."""
    assert STEADY.orders(OPENED_ON + timedelta(days=days), days, luck=0.7) == 1


def test_hardly_any_two_products_have_one_name(lively: Ledger) -> None:
    """What people read tells products apart."""
    names = Counter(product.name for product in lively.products)
    assert names.most_common(1)[0][1] <= 2
