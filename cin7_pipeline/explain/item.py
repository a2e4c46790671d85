"""This module explains one item: its stock as Cin7 says and as we count it, its supply and its sales."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from cin7_pipeline.explain.document import find_issues
from cin7_pipeline.explain.source import Row, Source

SHOWN = 20
OF_ITEM = "product_option_id = $product_option_id and size = $size"
MEANINGS = """
    select column_name, comment from duckdb_columns()
    where schema_name || '.' || table_name = ? order by column_index
"""
STOCK = "Stock as Cin7 says"
# What is shown of an item: title, the table that is asked, and the rest of the query.
QUESTIONS = {
    STOCK: (
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
# What numbers of the plan are made of, in the same form; it is shown in full answers only.
EVIDENCE = {
    "What its sales take until an order of today has come, and the next review after it": (
        "planning.item_policies",
        """
        select
            warehouse, lead_days + review_days as days, sum(mean) as expected,
            max(cumulative_p80) as "80 % stay below", max(cumulative_p95) as "95 % stay below",
            max(basis) as basis, max(made_on) as "made on",
            (lead_days + review_days) * daily_demand as "with kits and what is left out",
            mean_lead_days as "lead days, mean", sd_lead_days as "lead days, deviation"
        from {item}
        inner join planning.series using (sku, warehouse)
        inner join planning.forecasts using (unique_id)
        where ds < (select min(ds) from planning.forecasts) + lead_days + review_days
        group by warehouse, lead_days, review_days, daily_demand, mean_lead_days, sd_lead_days
        order by warehouse
        """,
    ),
    "How its demand follows from less than 28 known days": (
        "explain.short_forecasts",
        """
        select warehouse, replace(kind, '_', ' ') as "of", sentence as how
        from {item} order by warehouse, kind
        """,
    ),
    "What a unit costs": (
        "planning.item_policies",
        """
        select distinct unit_cost || ' ' || currency as cost, cost_basis as basis
        from {item} where unit_cost is not null
        """,
    ),
    "How long deliveries of it took, in days": (
        "planning.lead_times",
        """
        select
            replace(kind, '_', ' ') as kind, lane_name as "from", observation_count as deliveries,
            mean_days as mean, p50_days as "half within", p80_days as "80 % within",
            p95_days as "95 % within"
        from {item} order by kind, lane
        """,
    ),
    "How long all orders from its supplier took, in days": (
        "planning.products",
        """
        select
            supplier_name as supplier, order_count as orders, suppliers.p50_days as "half within",
            suppliers.p80_days as "80 % within", suppliers.p95_days as "95 % within"
        from {item} inner join planning.suppliers using (supplier_id)
        """,
    ),
    "What is planned for the days that matter": (
        "planning.projected_stock",
        """
        with days as (
            select stock.*, safety_stock,
                purchase_receipts + transfer_receipts > 0 as receives,
                stock.projected < safety_stock as is_below,
                min(day_on) filter (is_below) over each as below_on,
                min(day_on) filter (is_stockout) over each as out_on,
                min(day_on) filter (is_at_risk) over each as risky_on,
                min(day_on) filter (receives) over each as receives_on
            from {item} as stock
            inner join planning.item_policies using (product_option_id, size, warehouse)
            window each as (partition by warehouse)
        )
        select
            warehouse, day_on as day, projected as left, projected_low as "if demand is high",
            safety_stock as reserve, demand,
            concat_ws(', ',
                case when day_on = below_on then 'first below the reserve' end,
                case when day_on = out_on then 'first without stock' end,
                case when day_on = risky_on then 'first at risk' end,
                case when day_on = receives_on then 'next receipt' end
            ) as why
        from days where why <> '' order by warehouse, day_on
        """,
    ),
    "Days of the last 28 without enough stock": (
        "planning.item_policies",
        """
        with days as (
            select
                warehouse, sold_out, ds, y, mean,
                greatest(coalesce(y_unconstrained, mean) - y, 0) as lost
            from {item}
            inner join planning.series using (sku, warehouse)
            inner join planning.demand_series_days using (unique_id)
            inner join planning.demand_series using (unique_id, ds)
            inner join (
                select unique_id, min(ds) as today, arg_min(mean, ds) as mean
                from planning.forecasts group by unique_id
            ) using (unique_id)
            where ds >= today - 28 and (not started_in_stock or sold_out)
        )
        select
            warehouse, case when sold_out then 'sold out' else 'none at the start' end as which,
            count(*) as days, min(ds)::date as first, max(ds)::date as last, sum(y) as sold,
            max(mean) as "expected of a day", sum(lost) as "more would have sold"
        from days group by warehouse, sold_out order by warehouse, sold_out
        """,
    ),
}
# The tables all of whose numbers can be asked for: title and what tells its rows apart.
NUMBERS = {
    "planning.exceptions": ("What needs a planner", "kind, warehouse, document_id"),
    "planning.suggested_orders": ("Suggested orders", "order_by_on, warehouse, kind, source"),
}
SIDE_BY_SIDE = 3
# What is said above of all of them.
KNOWN = ("product_option_id", "size", "sku", "name", "sentence")


@dataclass(frozen=True)
class Item:
    """Everything known of an item: `tables` holds, by title, at most `SHOWN` rows of each question.

    `product` is empty once the item is deleted in Cin7. `evidence` is like `tables`; `numbers` has a row
    for each column of an item's exceptions and suggested orders: their values and the column's meaning.
    Both are empty unless everything was asked for.
    """

    match: Row
    product: Row
    tables: dict[str, list[Row]]
    issues: list[Row]
    evidence: dict[str, list[Row]] = field(default_factory=dict)
    numbers: dict[str, list[Row]] = field(default_factory=dict)


def explain_item(source: Source, match: Row, *, is_full: bool) -> Item:
    """Return everything known of the item; what its plan is made of only where it is full."""
    key = {"product_option_id": match["product_option_id"], "size": match["size"]}
    return Item(
        match=match,
        product=source.row("planning.products", **key),
        tables=_answers(source, key, QUESTIONS),
        issues=find_issues(source, "product_option", match["product_option_id"]),
        evidence=_answers(source, key, EVIDENCE) if is_full else {},
        numbers=dict(_numbers(source, key)) if is_full else {},
    )


def _answers(
    source: Source, key: Row, questions: dict[str, tuple[str, str]]
) -> dict[str, list[Row]]:
    """Return the first rows that answer each question about the item, by title."""
    answers = {}
    for title, (table, query) in questions.items():
        item = f"(from {table} where {OF_ITEM})"
        answers[title] = source.rows(f"{query.format(item=item)} limit {SHOWN}", key)
    return answers


def _numbers(source: Source, key: Row) -> Iterator[tuple[str, list[Row]]]:
    """Yield the columns of the item's exceptions and suggested orders, some of these side by side."""
    for table, (title, order) in NUMBERS.items():
        meanings = source.rows(MEANINGS, [table])
        rows = source.rows(f"from {table} where {OF_ITEM} order by {order}", key)
        for first in range(0, len(rows), SIDE_BY_SIDE):
            shown = dict(enumerate(rows[first : first + SIDE_BY_SIDE], first + 1))
            yield (
                f"{title}, all numbers of {', '.join(map(str, shown))} of {len(rows)}",
                [
                    {"column": name}
                    | {f"{number}": row[name] for number, row in shown.items()}
                    | {"meaning": meaning}
                    for name, meaning in ((row["column_name"], row["comment"]) for row in meanings)
                    if name not in KNOWN
                ],
            )
