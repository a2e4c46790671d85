"""What the command line shows: tables of loads, prices, permissions, and the first queries to try."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from duckdb import DuckDBPyConnection
from rich.console import Console, Group, RenderableType
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.table import Table
from rich.text import Text

from cin7_pipeline.api.permissions import Permission
from cin7_pipeline.load.price import Price
from cin7_pipeline.load.read import OnProgress
from cin7_pipeline.load.report import LoadReport

FIRST_QUERIES = {
    "What runs out within 30 days, and when the next delivery comes": """
select p.sku, p.warehouse, any_value(p.demand) as demand_a_day,
    min(p.day_on) filter (p.is_stockout) as runs_out_on,
    min(p.day_on) filter (p.purchase_receipts + p.transfer_receipts > 0) as next_receipt_on
from planning.projected_stock as p
join planning.products as o using (product_option_id, size)
where p.demand > 0 and not o.is_kit
    and p.day_on <= (select min(day_on) + 30 from planning.projected_stock)
group by p.product_option_id, p.size, p.sku, p.warehouse
having bool_or(p.is_stockout)
order by demand_a_day desc, runs_out_on
limit 5""",
    "What is on its way, from suppliers and between warehouses": """
select kind, order_number, source, destination_warehouse as destination, sku,
    open_quantity::int as open, expected_on, is_overdue as overdue
from planning.replenishments
where is_counted
order by expected_on, order_number, sku
limit 5""",
    "What in Cin7 needs somebody's attention": """
select issue, severity, count(*) as found, any_value(suggestion order by document_id) as suggestion
from planning.data_issues
group by issue, severity
order by severity, found desc
limit 5""",
}


PAPER_WIDTH = 120


def console() -> Console:
    """Standard output; wide enough for the tables where it is no terminal."""
    found = Console()
    return found if found.is_terminal else Console(width=PAPER_WIDTH)


@contextmanager
def progress(console: Console) -> Iterator[OnProgress]:
    """A counter per entity while pages come in; nothing where nobody watches a terminal."""
    bar = Progress(
        SpinnerColumn(),
        TextColumn("{task.description}"),
        TextColumn("{task.completed:,} rows"),
        TimeElapsedColumn(),
        console=console,
        disable=not console.is_terminal,
        transient=True,
    )
    tasks: dict[str, Any] = {}

    def show(entity: str, rows: int) -> None:
        if entity not in tasks:
            tasks[entity] = bar.add_task(entity, total=None)
        bar.update(tasks[entity], completed=rows)

    with bar:
        yield show


def table_of(title: str, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> RenderableType:
    """A plain table; numbers to the right, with thousands set apart."""
    table = Table(header_style="bold", box=None, pad_edge=False)
    cells = [list(row) for row in rows]
    for position, name in enumerate(columns):
        values = [row[position] for row in cells if row[position] is not None]
        is_number = bool(values) and all(isinstance(v, int | float) for v in values)
        table.add_column(name, justify="right" if is_number else "left", overflow="fold")
    for row in cells:
        table.add_row(*(Text(_cell(value)) for value in row))
    # A title of the table's own would be folded to the width of the table.
    return Group(Text(title, style="italic"), table) if title else table


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int):
        return f"{value:,}"
    return f"{value:,.1f}" if isinstance(value, float) else str(value)


def loads(reports: Iterable[LoadReport]) -> RenderableType:
    """What was read and what it changed, per entity."""
    return table_of(
        "Read from Cin7",
        ["entity", "window", "rows", "new", "changed", "gone", "calls", "seconds"],
        [
            (
                r.entity,
                str(r.window),
                r.rows_read,
                r.new,
                r.changed,
                r.gone,
                r.call_count,
                r.seconds,
            )
            for r in reports
        ],
    )


def last_loads(connection: DuckDBPyConnection) -> RenderableType:
    """The newest load of each entity, from the load's own log."""
    columns = ["entity", "read_at", "rows", "new", "changed", "gone", "calls", "seconds"]
    rows = connection.execute("""
        select
            entity, strftime(max(finished_at), '%Y-%m-%d %H:%M UTC'),
            arg_max(row_count, finished_at), arg_max(new_count, finished_at),
            arg_max(changed_count, finished_at), arg_max(gone_count, finished_at),
            arg_max(call_count, finished_at), arg_max(seconds, finished_at)
        from raw.sync_log
        group by entity
        order by entity
    """).fetchall()
    return table_of("Last read from Cin7", columns, rows)


def freshness(connection: DuckDBPyConnection) -> RenderableType:
    """How old the published data are, per entity."""
    columns = ["entity", "data as of", "rows held", "new", "changed", "gone"]
    rows = connection.execute("""
        select
            entity, strftime(data_as_of_at, '%Y-%m-%d %H:%M UTC'), row_count,
            new_count, changed_count, gone_count
        from planning.sync_status
        order by entity
    """).fetchall()
    return table_of("Published data", columns, rows)


def permissions(found: Iterable[Permission]) -> RenderableType:
    """Which endpoints the key may read."""
    rows = [
        (p.endpoint.name, p.endpoint.permission, "may read" if p.problem is None else p.problem)
        for p in found
    ]
    return table_of("Permissions of the key", ["entity", "permission", "result"], rows)


def price(of: Price) -> RenderableType:
    """Calls per entity, and what they mean in minutes and budget."""
    rows = [*of.calls.items(), ("together", of.total)]
    share = f"about {of.minutes:.0f} min at the rate limit, {of.day_share:.1%} of a day's calls"
    return table_of(f"Estimated calls: {share}", ["entity", "calls"], rows)


def changed_months(
    before: Mapping[str, tuple[float, float]], after: Mapping[str, tuple[float, float]]
) -> RenderableType:
    """The months (and currencies) whose sales a re-sync changed, with units and value."""
    nothing = (0.0, 0.0)
    rows = [
        (month, *before.get(month, nothing), *after.get(month, nothing))
        for month in sorted(before.keys() | after.keys())
        if before.get(month, nothing) != after.get(month, nothing)
    ]
    columns = ["month", "units before", "value before", "units now", "value now"]
    title = "Months whose sales changed"
    return table_of(title, columns, rows) if rows else "No month's sales changed."


def show_first_queries(console: Console, connection: DuckDBPyConnection) -> None:
    """Three queries worth trying, each with its first rows."""
    for title, query in FIRST_QUERIES.items():
        cursor = connection.execute(query)
        columns = [entry[0] for entry in cursor.description or ()]
        console.print(f"\n[bold]{title}[/bold][dim]{query};[/dim]")
        console.print(table_of("", columns, cursor.fetchall()))
