"""This module explains one item: its stock as Cin7 says and as we count it, its supply and its sales."""

from dataclasses import dataclass

from cin7_pipeline.explain.document import find_issues
from cin7_pipeline.explain.source import Row, Source

SHOWN = 20
# What is shown of an item: title, the table that is asked, and the rest of the query.
QUESTIONS = {
    "Stock as Cin7 says": (
        "planning.inventory",
        """
        select
            warehouse, on_hand, open_sales, available, incoming, in_transit, holding,
            as_of_at as "as of (UTC)"
        from {item} order by warehouse
        """,
    ),
    "Our lines and Cin7's figures differ": (
        "planning.reconciliation",
        """
        select warehouse, measure, ours, cin7, difference, likely_cause
        from {item} where difference <> 0 order by warehouse, measure
        """,
    ),
    "On its way": (
        "planning.replenishments",
        """
        select
            replace(kind, '_', ' ') as kind, order_number as "order", source as "from",
            destination_warehouse as "to",
            open_quantity as open,
            coalesce(expected_on::varchar, '?') || ' (' || expected_on_basis || ')'
                || case when is_overdue then ', overdue' else '' end as expected,
            case when is_counted then 'yes' else 'no: ' || why_not_counted end as counted
        from {item}
        where state in ('Draft', 'Active') and open_quantity > 0
        order by is_counted desc, expected_on, document_id, line_id
        """,
    ),
    "Open sales": (
        "planning.open_sales_lines",
        """
        select
            order_number as "order", channel, warehouse, open_quantity as open, due_on as due,
            age_days as age_in_days
        from {item} order by due_on, sales_order_id, line_id
        """,
    ),
    "Expected demand": (
        "planning.projected_stock",
        """
        select
            warehouse, arg_min(demand, day_on) as "units a day",
            coalesce(min(day_on) filter (is_stockout)::varchar, 'not by ' || max(day_on)) as "runs out on"
        from {item} group by warehouse order by warehouse
        """,
    ),
    "What needs a planner": (
        "planning.exceptions",
        """
        select
            replace(kind, '_', ' ') as kind, warehouse, units, value || ' ' || currency as value,
            on_date as day, sentence
        from {item} order by kind, warehouse, document_id
        """,
    ),
    "How much it matters": (
        "planning.item_classes",
        """
        select
            warehouse, abc, steadiness, left_quantity as "units in 52 weeks",
            left_value || ' ' || currency as "at cost", sale_week_count as "weeks with sales",
            week_count as "of weeks", last_left_on as "last left"
        from {item} order by warehouse
        """,
    ),
    "How it is planned": (
        "planning.item_policies",
        """
        select
            warehouse, coalesce(why_not_planned, 'yes') as planned,
            daily_demand as "a day", lead_days || ' (' || lead_basis || ')' as "lead days",
            review_days as review, service_level * 100 as "service %", safety_stock as reserve,
            reorder_point as "order at", order_up_to as "fill to", position as "on hand or coming",
            surplus_quantity as spare, multiple as pack, setting_row as settings
        from {item} order by warehouse
        """,
    ),
    "Suggested orders": (
        "planning.suggested_orders",
        """
        select
            replace(kind, '_', ' ') as kind, source as "from", warehouse as "to", quantity as units,
            quantity_before_limits as "before limits", limit_applied as limits,
            order_by_on || case when is_late then ', late' else '' end as "order by",
            needed_on as needed, lead_days || ' (' || lead_basis || ')' as "lead days",
            value || ' ' || currency || ' (' || cost_basis || ')' as value
        from {item} order by order_by_on, warehouse, kind
        """,
    ),
    "Last returns": (
        "planning.return_lines",
        """
        select
            order_number as "credit note", sales_reference as "of order", channel, warehouse,
            quantity as units, returned_on
        from {item} order by returned_on desc, credit_note_id desc, line_id
        """,
    ),
    "Last sales": (
        "planning.sales_lines",
        """
        select order_number as "order", channel, warehouse, quantity as units, sold_on
        from {item} order by sold_on desc, sales_order_id desc, line_id
        """,
    ),
    "Kept out by rules": (
        "planning.excluded_lines",
        """
        select
            replace(document_kind, '_', ' ') as kind, rule, count(*) as lines, sum(quantity) as units
        from {item} group by document_kind, rule order by document_kind, rule
        """,
    ),
}


@dataclass(frozen=True)
class Item:
    """Everything known of an item: `tables` holds, by title, at most `SHOWN` rows of each question.

    `product` is empty once the item is deleted in Cin7.
    """

    match: Row
    product: Row
    tables: dict[str, list[Row]]
    issues: list[Row]


def explain_item(source: Source, match: Row) -> Item:
    """Return everything known of the item."""
    key = {"product_option_id": match["product_option_id"], "size": match["size"]}
    tables = {}
    for title, (table, query) in QUESTIONS.items():
        item = f"(from {table} where product_option_id = $product_option_id and size = $size)"
        tables[title] = source.rows(f"{query.format(item=item)} limit {SHOWN}", key)
    return Item(
        match=match,
        product=source.row("planning.products", **key),
        tables=tables,
        issues=find_issues(source, "product_option", match["product_option_id"]),
    )
