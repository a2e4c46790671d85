"""One item as text and tables: stock, differences, supply, sales, and what the rules keep out."""

from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import Any

from rich.console import RenderableType
from rich.text import Text

from cin7_pipeline.console import table_of
from cin7_pipeline.explain.item import Item, OpenLine, Sale, Supply
from cin7_pipeline.explain.wording import findings, moment, number, words

ROWS = 20


def show_item(item: Item, asked: str) -> Iterator[RenderableType]:
    """One item; `asked` is what was looked for."""
    match = item.match
    size = f", size {match.size}" if match.size else ""
    yield Text(f"Item '{match.sku}' (option {match.product_option_id}{size})", style="bold")
    if match.is_twin:
        yield Text(f"  differs from '{asked}' in case or spaces: SKUs match only when equal")
    yield Text(f"  {_product(item)}")
    yield from _stock(item)
    yield from _movements(item)
    yield from findings("Issues", item.issues)


def _product(item: Item) -> str:
    if item.product is None:
        return "gone from Cin7; only its history is kept"
    product = item.product
    kit = ", a kit" if product.is_kit else ""
    status = f"{product.product_status or '?'}/{product.option_status or '?'}"
    return f"{product.name or ''}{kit}, {status} in Cin7, created {moment(product.created_on)}"


def _stock(item: Item) -> Iterator[RenderableType]:
    if not item.stock:
        yield Text("  No warehouse has stock figures of it.")
        return
    measures = ["on_hand", "open_sales", "available", "incoming", "in_transit", "holding"]
    as_of = moment(item.stock[0].as_of_at)
    rows = [(s.warehouse, *(number(getattr(s, name)) for name in measures)) for s in item.stock]
    yield table_of(f"Stock as Cin7 said at {as_of} UTC", ["warehouse", *measures], rows)
    if item.differences:
        yield table_of(
            "Our lines and Cin7's figures differ",
            ["warehouse", "measure", "ours", "cin7", "difference", "likely cause"],
            [
                (
                    d.warehouse,
                    d.measure,
                    *map(number, (d.ours, d.cin7, d.difference)),
                    d.likely_cause,
                )
                for d in item.differences
            ],
        )


def _movements(item: Item) -> Iterator[RenderableType]:
    if item.supply:
        names = ["kind", "order", "from", "to", "open", "expected", "counted"]
        yield table_of("On its way", names, [_supply(supply) for supply in item.supply])
    if item.open_lines:
        yield _open_sales(item.open_lines)
    if item.sales:
        names = ["order", "channel", "warehouse", "units", "sold on"]
        yield table_of(f"Last {len(item.sales)} sales", names, [_sale(sale) for sale in item.sales])
    if item.exclusions:
        rows = [
            (words(e.document_kind), e.rule, e.lines, number(e.quantity)) for e in item.exclusions
        ]
        yield table_of("Kept out by rules", ["kind", "rule", "lines", "units"], rows)


def _open_sales(lines: Sequence[OpenLine]) -> RenderableType:
    units = number(sum((line.open_quantity for line in lines), Decimal(0)))
    shown = f", the first {ROWS}" if len(lines) > ROWS else ""
    return table_of(
        f"Open sales, {units} units in all{shown}",
        ["order", "channel", "warehouse", "open", "due", "age in days"],
        [_open_line(line) for line in lines[:ROWS]],
    )


def _open_line(line: OpenLine) -> tuple[Any, ...]:
    open_units = number(line.open_quantity)
    return (
        line.order_number,
        line.channel,
        line.warehouse,
        open_units,
        line.due_on,
        line.age_days,
    )


def _sale(sale: Sale) -> tuple[Any, ...]:
    return sale.order_number, sale.channel, sale.warehouse, number(sale.quantity), sale.sold_on


def _supply(supply: Supply) -> tuple[Any, ...]:
    expected = f"{supply.expected_on or '?'} ({supply.expected_on_basis})"
    late = ", overdue" if supply.is_overdue else ""
    return (
        words(supply.kind),
        supply.order_number,
        supply.source,
        supply.destination_warehouse,
        number(supply.open_quantity),
        f"{expected}{late}",
        "yes" if supply.is_counted else f"no: {supply.why_not_counted}",
    )
