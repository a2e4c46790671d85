"""This module writes to the terminal: tables, warnings, the last loads, first queries to try.

What one command alone shows is in `commands`.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from click import get_current_context
from duckdb import DuckDBPyConnection
from rich.console import (
    Console,
    ConsoleOptions,
    ConsoleRenderable,
    Group,
    RenderableType,
    RenderHook,
    RenderResult,
)
from rich.segment import Segment
from rich.table import Table
from rich.text import Text

from cin7_pipeline.accounts import account_of
from cin7_pipeline.settings import Settings, load_settings
from cin7_pipeline.text import printable

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

# Wide enough for the tables where standard output is a file.
PAPER_WIDTH = 120


class Printable:
    """What is shown, without the control characters that a SKU, a name or an answer may hold."""

    def __init__(self, shown: ConsoleRenderable) -> None:
        self._shown = shown

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        """Yield its segments; those that rich itself steers the terminal with stay."""
        for segment in console.render(self._shown, options):
            if segment.control:
                yield segment
            else:
                yield Segment(printable(segment.text), segment.style)


class OnlyPrintable(RenderHook):
    """A hook by which a console shows nothing but printable text."""

    def process_renderables(self, renderables: list[ConsoleRenderable]) -> list[ConsoleRenderable]:
        """Return what is shown, each piece made printable."""
        return [Printable(each) for each in renderables]


def console() -> Console:
    """Return standard output."""
    screen = Console()
    screen = screen if screen.is_terminal else Console(width=PAPER_WIDTH)
    screen.push_render_hook(OnlyPrintable())
    return screen


def print_line(text: str, style: str) -> None:
    """Print one line on standard error; it stays one, however narrow a log or a terminal is."""
    errors = Console(stderr=True)
    errors.push_render_hook(OnlyPrintable())
    errors.print(text, style=style, markup=False, highlight=False, soft_wrap=True)


def table_of(title: str, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> RenderableType:
    """Return a plain table; numbers stand to the right, with thousands set apart."""
    table = Table(header_style="bold", box=None, pad_edge=False)
    cells = [list(row) for row in rows]
    for position, name in enumerate(columns):
        values = [row[position] for row in cells if row[position] is not None]
        is_number = bool(values) and all(isinstance(v, int | float | Decimal) for v in values)
        table.add_column(name, justify="right" if is_number else "left", overflow="fold")
    for row in cells:
        table.add_row(*(Text(_cell(value)) for value in row))
    # A title of the table's own would be folded to the width of the table.
    return Group(Text(title, style="italic"), table) if title else table


def _cell(value: Any) -> str:
    """Write a value as a person would: nothing, yes or no, a time to the minute, 1,234, 1,234.5 or 0.052."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%d %H:%M}"
    if isinstance(value, int) or (isinstance(value, Decimal) and value == int(value)):
        return f"{int(value):,}"
    if isinstance(value, float | Decimal):
        return f"{value:.2g}" if abs(float(value)) < 1 else f"{value:,.1f}"
    return str(value)


def last_loads(connection: DuckDBPyConnection) -> RenderableType:
    """Return the newest load of each entity, from the log of loads."""
    columns = ["entity", "read_at", "rows", "new", "changed", "gone", "calls", "seconds"]
    rows = connection.execute("""
        select
            entity, strftime(finished_at, '%Y-%m-%d %H:%M UTC'),
            row_count, new_count, changed_count, deleted_count, call_count, seconds
        from raw.sync_log
        qualify row_number() over (partition by entity order by sequence desc, finished_at desc) = 1
        order by entity
    """).fetchall()
    return table_of("Last read from Cin7", columns, rows)


def show_first_queries(console: Console, connection: DuckDBPyConnection) -> None:
    """Print three queries worth trying, each with its first rows."""
    for title, query in FIRST_QUERIES.items():
        cursor = connection.execute(query)
        columns = [entry[0] for entry in cursor.description or ()]
        console.print(f"\n[bold]{title}[/bold][dim]{query};[/dim]")
        console.print(table_of("", columns, cursor.fetchall()))


def settings_with_warnings() -> Settings:
    """Load the settings, of the account that `--account` names, and print what is to be known of them."""
    context = get_current_context(silent=True)
    name = context.find_root().params.get("account") if context else None
    settings = account_of(name).settings() if name else load_settings()
    if settings.uses_sandbox:
        console().print("No credentials are set: this is the [bold]sandbox account[/bold].")
    for warning in settings.warnings():
        warn(warning)
    return settings


def warn(sentence: str) -> None:
    """Print a line that a person should know."""
    print_line(sentence, "yellow")
