"""The table `products`: every item with its product's words, its price and its cost."""

from collections.abc import Iterable, Mapping
from decimal import Decimal

from cin7_pipeline.sandbox.ledger import Option, Product
from tests.expected.items import sku_of
from tests.expected.measures import Calendar, Row, id_or_none, rounded

CURRENCY_LETTERS = 3


def products(
    options: Iterable[Option], products: Mapping[int, Product], tier: str, calendar: Calendar
) -> list[Row]:
    """One row per item; the product's columns are empty where the product is not known."""
    return [
        _identity(option)
        | _of_product(products.get(option.product_id))
        | {"weight": _weight(option, products.get(option.product_id))}
        | _prices(option.prices, tier)
        | {"created_on": calendar.on(option.created_at)}
        for option in options
    ]


def _identity(option: Option) -> Row:
    return {
        "product_option_id": option.id,
        "size": option.size,
        "sku": sku_of(option),
        "product_id": id_or_none(option.product_id),
        "option_1": option.option_1,
        "option_2": option.option_2,
        "option_3": option.option_3,
        "barcode": option.barcode,
        "option_status": option.status,
        "supplier_code": option.supplier_code,
    }


def _of_product(product: Product | None) -> Row:
    return {
        "style_code": product and product.style_code,
        "name": product and product.name,
        "category": product and product.category,
        "sub_category": product and product.sub_category,
        "brand": product and product.brand,
        "supplier_id": product and id_or_none(product.supplier_id),
        "product_status": product and product.status,
        "stock_control": product and product.stock_control,
        "is_kit": product is not None and product.order_type.lower() == "kit",
        "volume": product and rounded(product.volume),
    }


def _weight(option: Option, product: Product | None) -> Decimal | None:
    if option.weight > 0:
        return rounded(option.weight)
    return None if product is None else rounded(product.weight)


def _prices(prices: Mapping[str, Decimal], tier: str) -> Row:
    """The tier's price and its currency, and the cost in that currency or else in the first one."""
    by_currency = _of_tier(prices, tier)
    currency = min(by_currency, default=None)
    costs = _of_tier(prices, "cost")
    cost_currency = currency if currency in costs else min(costs, default=None)
    return {
        "unit_price": None if currency is None else by_currency[currency],
        "currency": currency,
        "unit_cost": None if cost_currency is None else costs[cost_currency],
    }


def _of_tier(prices: Mapping[str, Decimal], tier: str) -> dict[str, Decimal]:
    """Prices by currency: a key is the tier's name followed by three letters."""
    return {
        key[-CURRENCY_LETTERS:]: rounded(price)
        for key, price in prices.items()
        if key[:-CURRENCY_LETTERS].lower() == tier.lower()
    }
