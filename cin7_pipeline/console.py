"""This module writes to the terminal: tables, warnings, the last loads, first queries to try.

What one command alone shows is in `commands`.
"""

import os
from collections.abc import Iterable, Sequence
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
from rich.text import Text

from cin7_pipeline.accounts import account_of
from cin7_pipeline.settings import Settings, load_settings
from cin7_pipeline.terminal_table import FittingTable
from cin7_pipeline.text import printable

FIRST_QUERIES = {
    "What runs out before its next delivery": """
select sku, warehouse, available, daily_demand, runs_out_on, next_receipt_on
from planning.positions
where not is_out and runs_out_on < coalesce(next_receipt_on, 'infinity')
order by runs_out_on, daily_demand desc limit 5""",
    "What is on its way, from suppliers and between warehouses": """
select order_number, source, destination_warehouse as destination, sku, open_quantity, expected_on
from planning.replenishments where is_counted
order by expected_on, order_number, sku limit 5""",
    "What in Cin7 needs somebody's attention": """
select issue, severity, count(*) as found, any_value(suggestion order by document_id) as suggestion
from planning.data_issues group by issue, severity
order by list_position(['error', 'warning', 'info'], severity), found desc limit 5""",
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
    screen = _screen()
    return screen if screen.is_terminal else _screen(width=PAPER_WIDTH)


def _screen(**options: Any) -> Console:
    """Return a console; where NO_COLOR is set it sends no bold or italics either, which end in logs."""
    if os.environ.get("NO_COLOR"):
        options["color_system"] = None
    screen = Console(**options)
    screen.push_render_hook(OnlyPrintable())
    return screen


def print_line(text: str, style: str) -> None:
    """Print one line on standard error; it stays one, however narrow a log or a terminal is."""
    _screen(stderr=True).print(text, style=style, markup=False, highlight=False, soft_wrap=True)


def table_of(title: str, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> RenderableType:
    """Return a plain table below its title."""
    table = FittingTable(columns, rows)
    # A title of the table's own would be folded to the width of the table.
    return Group(Text(title, style="italic"), table) if title else table


def last_loads(connection: DuckDBPyConnection) -> RenderableType:
    """Return the newest load of each entity, from the log of loads."""
    columns = ["entity", "read at (UTC)", "rows", "new", "changed", "deleted", "calls", "seconds"]
    rows = connection.execute("""
        select
            entity, strftime(finished_at, '%Y-%m-%d %H:%M'),
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
