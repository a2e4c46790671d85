"""What is offered to buyers: how much of an item can still be sold, and at which prices."""

import re
from collections.abc import Iterable, Iterator

from cin7_pipeline.sandbox.ledger import Option
from tests.expected.items import sku_of
from tests.expected.measures import Row, rounded

PRICE = re.compile(r"(.*)([A-Z]{3})", re.DOTALL)
COST = "cost"


def available_to_sell(inventory: Iterable[Row]) -> list[Row]:
    """The table `available_to_sell`: the four figures that an order system may be set to show."""
    return [
        {
            "product_option_id": row["product_option_id"],
            "size": row["size"],
            "warehouse": row["warehouse"],
            "sku": row["sku"],
            "available": row["available"],
            "available_plus_incoming": row["available"] + row["incoming"],
            "available_less_holding": row["available"] - row["holding"],
            "available_plus_incoming_less_holding": (
                row["available"] + row["incoming"] - row["holding"]
            ),
        }
        for row in inventory
    ]


def price_list(options: Iterable[Option], default_tier: str) -> list[Row]:
    """The table `price_list`: every selling price, whatever its tier and currency."""
    return [row for option in options for row in _prices(option, default_tier)]


def _prices(option: Option, default_tier: str) -> Iterator[Row]:
    for key, price in option.prices.items():
        priced = PRICE.fullmatch(key)
        if priced is None or priced[1].lower() == COST:
            continue
        yield {
            "product_option_id": option.id,
            "size": option.size,
            "tier": priced[1],
            "currency": priced[2],
            "sku": sku_of(option),
            "price": rounded(price),
            "is_default_tier": priced[1].lower() == default_tier.lower(),
        }
