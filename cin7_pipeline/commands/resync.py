"""`cin7 resync`: a stretch of history is read again; its price before, its receipt after."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import date, timedelta

from rich.console import RenderableType

from cin7_pipeline.commands.progress import read
from cin7_pipeline.commands.tables import build, publish
from cin7_pipeline.console import console, settings_with_warnings, table_of, warn
from cin7_pipeline.errors import PipelineError, SettingsError
from cin7_pipeline.load.estimate import CostEstimate, estimate_calls
from cin7_pipeline.omni.endpoints import ENDPOINTS
from cin7_pipeline.pipeline import history_slices, run_lock, sales_by_month, sync_order
from cin7_pipeline.settings.environment import Settings
from cin7_pipeline.warehouse.connection import open_warehouse
from cin7_pipeline.warehouse.raw_tables import create_raw_tables
from cin7_pipeline.window import Window


def run(first: date, last: date, *, dry_run: bool) -> None:
    """Read the UTC days from `first` to `last` a month at a time, newest first, then rebuild.

    Raises:
        SettingsError: the range is impossible; nothing was read.
    """
    settings, screen = settings_with_warnings(), console()
    slices = history_slices(settings, _range(first, last, settings))
    screen.print(_price_table(_price(settings, slices)))
    if dry_run:
        return
    with run_lock(settings, "cin7 resync", warn):
        before = sales_by_month(settings)
        for part in slices:
            with _told_where_to_go_on(slices[-1], part):
                read(settings, dict.fromkeys(next(sync_order()), part))
        read(settings, dict.fromkeys(list(sync_order())[1], None))
        build(settings)
        publish(settings)
        screen.print(_changed_months(before, sales_by_month(settings)))


@contextmanager
def _told_where_to_go_on(oldest: Window, part: Window) -> Iterator[None]:
    """What was read stays read: a re-sync that stops says how to read the rest."""
    try:
        yield
    except PipelineError:
        if oldest.start and part.end:
            last = (part.end - timedelta(days=1)).date()
            warn(f"to go on: cin7 resync --from {oldest.start.date()} --to {last}")
        raise


def _range(first: date, last: date, settings: Settings) -> Window:
    if last < first:
        msg = f"--to {last} lies before --from {first}; swap them"
        raise SettingsError(msg)
    if first > settings.now().date():
        msg = f"--from {first} lies in the future; history ends today"
        raise SettingsError(msg)
    return Window.days(first, last)


def _price(settings: Settings, slices: list[Window]) -> CostEstimate:
    with open_warehouse(settings.warehouse_path) as connection:
        create_raw_tables(connection)
        return estimate_calls(
            connection,
            ENDPOINTS.values(),
            slices,
            calls_per_minute=settings.calls_per_minute,
            calls_per_day=settings.calls_per_day,
        )


def _price_table(price: CostEstimate) -> RenderableType:
    """Calls per entity, and what they mean in minutes and budget."""
    rows = [*price.calls.items(), ("together", price.total)]
    share = (
        f"about {price.minutes:.0f} min at the rate limit, {price.day_share:.1%} of a day's calls"
    )
    return table_of(f"Estimated calls: {share}", ["entity", "calls"], rows)


def _changed_months(
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
