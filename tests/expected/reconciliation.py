"""The table `reconciliation`: our figures beside Cin7's own, per item, warehouse and measure.

Why they differ (`likely_cause`) is a judgement of the pipeline's and not given here.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from decimal import Decimal

from tests.expected.items import Items
from tests.expected.measures import ZERO, Row
from tests.expected.purchases import Purchase
from tests.expected.sales import Sale
from tests.expected.transfers import Movement
from tests.expected.warehouses import Warehouses

Pair = tuple[int, str, str]
Totals = dict[Pair, Decimal]


def reconciliation(inventory: Iterable[Row], ours: Mapping[str, Totals], items: Items) -> list[Row]:
    """One row per measure where either side says something; `ours` is by measure."""
    stock = {(row["product_option_id"], row["size"], row["warehouse"]): row for row in inventory}
    measures = {**ours, "available": _available(stock)}
    rows = []
    for measure, totals in measures.items():
        for pair in stock.keys() | totals.keys():
            our = totals.get(pair, ZERO)
            cin7 = stock[pair][measure] if pair in stock else ZERO
            if our or cin7:
                sku = stock[pair]["sku"] if pair in stock else items.sku(pair[:2])
                rows.append(_row(pair, measure, sku, our, cin7))
    return rows


def _row(pair: Pair, measure: str, sku: str | None, ours: Decimal, cin7: Decimal) -> Row:
    return {
        "product_option_id": pair[0],
        "size": pair[1],
        "warehouse": pair[2],
        "measure": measure,
        "sku": sku,
        "ours": ours,
        "cin7": cin7,
        "difference": ours - cin7,
    }


def _available(stock: Mapping[Pair, Row]) -> Totals:
    return {pair: row["on_hand"] - row["open_sales"] for pair, row in stock.items()}


def incoming(purchases: Iterable[Purchase], warehouses: Warehouses) -> Totals:
    """What active purchase orders still bring."""
    return _totals(
        (entry, warehouses.of(entry.document.branch_id), entry.open_quantity)
        for entry in purchases
        if entry.is_included and entry.state == "Active"
    )


def holding(movements: Iterable[Movement]) -> Totals:
    """What left a warehouse on an active transfer and has not arrived, wherever it goes."""
    return _totals(
        (entry, entry.lane[0], entry.open_quantity)
        for entry in movements
        if entry.is_included and entry.state == "Active"
    )


def open_sales(sales: Iterable[Sale]) -> Totals:
    """What approved, undispatched orders still take off the shelf: components instead of kits."""
    return _totals(
        (entry, entry.trade.warehouse, max(entry.part.ordered - entry.part.done, ZERO))
        for entry in sales
        if "undispatched" in entry.rules and not _has_components(entry)
    )


def _has_components(entry: Sale) -> bool:
    return any(line.parent_id == entry.line_id for line in entry.document.lines)


def _totals(
    quantities: Iterable[tuple[Purchase | Movement | Sale, str, Decimal]],
) -> Totals:
    totals: Totals = defaultdict(lambda: ZERO)
    for entry, warehouse, quantity in quantities:
        if entry.part.item is not None:
            totals[(*entry.part.item.key, warehouse)] += quantity
    return totals
