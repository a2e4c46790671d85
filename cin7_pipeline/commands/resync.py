"""`cin7 resync`: a range of history is read again; its price before, its receipt after."""

from collections.abc import Callable, Mapping
from datetime import date, timedelta
from itertools import count

from rich.console import Console

from cin7_pipeline.commands.progress import sync_with_progress
from cin7_pipeline.commands.tables import publish
from cin7_pipeline.console import console, settings_with_warnings, table_of, warn
from cin7_pipeline.errors import SettingsError
from cin7_pipeline.load.report import LoadOutcome
from cin7_pipeline.pipeline import estimate_history, history_slices, read_history, run_lock
from cin7_pipeline.settings import Settings
from cin7_pipeline.warehouse.connection import open_release
from cin7_pipeline.window import Window

# Units and value sold, by month and currency.
Sales = dict[str, tuple[float, float]]


def run(first: date, last: date, *, dry_run: bool) -> None:
    """Read the UTC days from `first` to `last` a month at a time, newest first, then rebuild.

    Raises:
        SettingsError: the range is impossible; nothing was read.
        PipelineError: Cin7 answers no more, so that it ended early; or something could not be read.
    """
    settings, screen = settings_with_warnings(), console()
    if last < first:
        msg = f"--to {last} lies before --from {first}; swap them"
        raise SettingsError(msg)
    if first > settings.now().date():
        msg = f"--from {first} lies in the future; history ends today"
        raise SettingsError(msg)
    slices = history_slices(settings, Window.days(first, last))
    with run_lock(settings, "cin7 resync", warn):
        cost = estimate_history(settings, slices)
        rows = [*cost.calls.items(), ("together", cost.total)]
        share = (
            f"about {cost.minutes:.0f} min at the rate limit, {cost.day_share:.1%} of a day's calls"
        )
        screen.print(table_of(f"Estimated calls: {share}", ["entity", "calls"], rows))
        if dry_run:
            return
        before = _sales_by_month(settings)
        outcome = LoadOutcome()
        reads = read_history(settings, slices, _telling_how_far(screen, len(slices)))
        for part, done in zip([*slices, None], reads, strict=False):
            if part and done.is_outage:
                if part.end:
                    last_left = (part.end - timedelta(days=1)).date()
                    warn(f"to go on: cin7 resync --from {first} --to {last_left}")
                done.raise_failures()
            outcome += done
        outcome += publish(settings)
        after, nothing = _sales_by_month(settings), (0.0, 0.0)
    changed = [
        (month, *before.get(month, nothing), *after.get(month, nothing))
        for month in sorted(before.keys() | after.keys())
        if before.get(month, nothing) != after.get(month, nothing)
    ]
    columns = ["month", "units before", "value before", "units now", "value now"]
    title = "Months whose sales changed"
    screen.print(table_of(title, columns, changed) if changed else "No month's sales changed.")
    outcome.raise_failures()


def _telling_how_far(screen: Console, parts: int) -> Callable[..., LoadOutcome]:
    """Return how a part of the history is read: told which of them it is."""
    number = count(1)

    def read(settings: Settings, entities: Mapping[str, Window | None]) -> LoadOutcome:
        part = next(number)
        what = f"Part {part} of {parts}" if part <= parts else "What the documents name"
        screen.print(what, highlight=False)
        return sync_with_progress(settings, entities)

    return read


def _sales_by_month(settings: Settings) -> Sales:
    """Return what was sold, as people read it; nothing before the first release."""
    if not settings.alias_path.exists():
        return {}
    query = """
        select
            concat_ws(' ', strftime(sold_on, '%Y-%m'), currency),
            sum(quantity)::double,
            sum(net_amount)::double
        from planning.sales_lines
        group by all
    """
    with open_release(settings) as connection:
        rows = connection.execute(query).fetchall()
    return {month: (units, value) for month, units, value in rows}
