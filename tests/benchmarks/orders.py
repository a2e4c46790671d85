"""Sales orders as Cin7 sends them, as many as asked, in page files of 250: the sandbox's own, repeated.

A few thousand orders of the simulated merchant are rendered with exactly the fields that are asked for;
further ones are the same orders under new ids, so that any number costs seconds to make.
"""

from collections.abc import Iterator
from datetime import UTC, date, datetime
from itertools import chain, count, cycle, islice
from pathlib import Path
from typing import Any

import msgspec

from cin7_pipeline.omni.endpoints import SALES_ORDERS
from cin7_pipeline.sandbox.serializers.account import MerchantAccount
from cin7_pipeline.sandbox.server.listing import parse_fields, project
from cin7_pipeline.sandbox.simulation.merchant import Merchant

PAGE_ROWS = 250
LINES = 4
NOW = datetime(2026, 6, 30, 19, tzinfo=UTC)
Order = dict[str, Any]


def write_pages(folder: Path, orders: int) -> Path:
    """A folder of page files with that many orders, ids from 1 on without a gap; made once."""
    pages = folder / f"orders-{orders}"
    if pages.exists():
        return pages
    pages.mkdir(parents=True)
    endless = _endless()
    for number, first in enumerate(range(0, orders, PAGE_ROWS), start=1):
        page = list(islice(endless, min(PAGE_ROWS, orders - first)))
        (pages / f"{number:05}.json").write_bytes(msgspec.json.encode(page))
    return pages


def page_files(pages: Path) -> list[Path]:
    """The page files in the order of their ids."""
    return sorted(pages.glob("*.json"))


def _endless() -> Iterator[Order]:
    """The merchant's orders over and over, each time under new ids, each with four lines."""
    generated = _generated()
    lines = cycle(chain.from_iterable(order["lineItems"] for order in generated))
    line_ids = count(1)
    for order_id, order in enumerate(cycle(generated), start=1):
        own = [line | {"id": next(line_ids)} for line in islice(lines, LINES)]
        yield order | {"id": order_id, "lineItems": own}


def _generated() -> list[Order]:
    account = MerchantAccount(Merchant(opened_on=date(2026, 3, 1)))
    selection = parse_fields(SALES_ORDERS.fields)
    return [project(order, selection) for order in account.records("SalesOrders", NOW)]
