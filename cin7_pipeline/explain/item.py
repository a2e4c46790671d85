"""Where one item stands: its stock as Cin7 says and as we count it, its supply and its sales."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from cin7_pipeline.explain.findings import Issue, read_issues
from cin7_pipeline.explain.question import ItemMatch
from cin7_pipeline.explain.source import Source

NEWEST = 10
OF_ITEM = "where product_option_id = ? and size = ?"


@dataclass(frozen=True)
class Product:
    """What the item is in Cin7."""

    name: str | None
    product_status: str | None
    option_status: str | None
    stock_control: str | None
    is_kit: bool
    created_on: date | None


@dataclass(frozen=True)
class Stock:
    """Cin7's own figures at one warehouse, and what transfers bring to it; stocking units."""

    warehouse: str
    on_hand: Decimal
    open_sales: Decimal
    available: Decimal
    incoming: Decimal
    in_transit: Decimal
    holding: Decimal
    as_of_at: datetime | None


@dataclass(frozen=True)
class Difference:
    """A measure that our lines and Cin7's stock figure tell differently."""

    warehouse: str
    measure: str
    ours: Decimal
    cin7: Decimal
    difference: Decimal
    likely_cause: str | None


@dataclass(frozen=True)
class Supply:
    """A line of a purchase order or transfer that is not done, counted on or not."""

    kind: str
    document_id: int
    order_number: str | None
    source: str | None
    destination_warehouse: str
    state: str
    open_quantity: Decimal
    expected_on: date | None
    expected_on_basis: str
    is_overdue: bool
    is_counted: bool
    why_not_counted: str | None


@dataclass(frozen=True)
class OpenLine:
    """Units that an approved order still waits for."""

    sales_order_id: int
    order_number: str | None
    channel: str
    warehouse: str
    open_quantity: Decimal
    due_on: date | None
    age_days: int | None


@dataclass(frozen=True)
class Sale:
    """A line of the sales history."""

    sales_order_id: int
    order_number: str | None
    channel: str
    warehouse: str
    quantity: Decimal
    sold_on: date


@dataclass(frozen=True)
class Exclusion:
    """Lines of the item that one rule keeps out."""

    document_kind: str
    rule: str
    lines: int
    quantity: Decimal


@dataclass(frozen=True)
class Item:
    """Everything known of an item; `sales` are its newest, `product` is None once it is gone."""

    match: ItemMatch
    product: Product | None
    stock: tuple[Stock, ...]
    differences: tuple[Difference, ...]
    supply: tuple[Supply, ...]
    open_lines: tuple[OpenLine, ...]
    sales: tuple[Sale, ...]
    exclusions: tuple[Exclusion, ...]
    issues: tuple[Issue, ...]


def explain_item(source: Source, match: ItemMatch) -> Item:
    """Everything known of the item; lists are in the order in which a reader wants them."""
    key = [match.product_option_id, match.size]
    products = source.facts(Product, "planning.products", OF_ITEM, key)
    return Item(
        match=match,
        product=products[0] if products else None,
        stock=source.facts(Stock, "planning.inventory", f"{OF_ITEM} order by warehouse", key),
        differences=source.facts(
            Difference,
            "planning.reconciliation",
            f"{OF_ITEM} and difference <> 0 order by warehouse, measure",
            key,
        ),
        supply=source.facts(
            Supply,
            "planning.replenishments",
            f"{OF_ITEM} and state in ('Draft', 'Active') and open_quantity > 0"
            " order by is_counted desc, expected_on, document_id, line_id",
            key,
        ),
        open_lines=source.facts(
            OpenLine,
            "planning.open_sales_lines",
            f"{OF_ITEM} order by due_on, sales_order_id, line_id",
            key,
        ),
        sales=source.facts(
            Sale,
            "planning.sales_lines",
            f"{OF_ITEM} order by sold_on desc, sales_order_id desc, line_id limit {NEWEST}",
            key,
        ),
        exclusions=_exclusions(source, match),
        issues=read_issues(source, "product_option", match.product_option_id),
    )


def _exclusions(source: Source, match: ItemMatch) -> tuple[Exclusion, ...]:
    """By rule; only the pipeline's own database knows which item an excluded line is."""
    if not (source.has("core.document_line_items") and source.has("planning.excluded_lines")):
        return ()
    rows = source.rows(
        """
        select document_kind, rule, count(*) as lines, sum(excluded.quantity) as quantity
        from planning.excluded_lines as excluded
        inner join core.document_line_items as items
            using (document_kind, document_id, line_id, size)
        where items.product_option_id = ? and items.size = ?
        group by document_kind, rule
        order by document_kind, rule
        """,
        [match.product_option_id, match.size],
    )
    return tuple(Exclusion(**row) for row in rows)
