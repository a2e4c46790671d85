"""This module syncs entities on a terminal: a counter while pages come in, a receipt when they are loaded."""

from collections.abc import Mapping

from rich.progress import Progress, SpinnerColumn, TaskID, TextColumn, TimeElapsedColumn

from cin7_pipeline.console import console, table_of, warn
from cin7_pipeline.load.report import PAGED_BY_NUMBER, LoadOutcome
from cin7_pipeline.pipeline import read_entities
from cin7_pipeline.settings import Settings
from cin7_pipeline.window import Window


def sync_with_progress(settings: Settings, entities: Mapping[str, Window | None]) -> LoadOutcome:
    """Read the entities; print what that changed, what is worth a warning, and what could not be read."""
    screen = console()
    # A counter per entity while pages come in; nothing where standard output is no terminal.
    bar = Progress(
        SpinnerColumn(),
        TextColumn("{task.description}"),
        TextColumn("{task.completed:,} rows"),
        TimeElapsedColumn(),
        console=screen,
        disable=not screen.is_terminal,
        transient=True,
    )
    tasks: dict[str, TaskID] = {}

    def show(entity: str, rows: int) -> None:
        if entity not in tasks:
            tasks[entity] = bar.add_task(entity, total=None)
        bar.update(tasks[entity], completed=rows)

    with bar:
        outcome = read_entities(settings, entities, on_progress=show)
    if outcome.reports:
        columns = ["entity", "window", "rows", "new", "changed", "deleted", "calls", "seconds"]
        rows = [
            (
                r.entity,
                str(r.window),
                r.rows_read,
                r.new,
                r.changed,
                r.deleted,
                r.call_count,
                r.seconds,
            )
            for r in outcome.reports
        ]
        screen.print(table_of("Read from Cin7", columns, rows))
    for report in outcome.reports:
        if report.unknown_fields:
            warn(f"{report.entity}: Cin7 also sent {', '.join(report.unknown_fields)}; not stored")
        if ids := report.rejected_ids:
            some = ", ".join(map(str, ids[:10])) + (", …" if len(ids) > 10 else "")
            warn(
                f"{report.entity}: rejected, as it cannot be read: {some}; planning.data_issues"
                " says why"
            )
        if report.used_offset_pages:
            warn(f"{report.entity}: {PAGED_BY_NUMBER}")
        if report.gap:
            warn(
                f"{report.entity}: what changed from {report.gap} was not read; a plain `cin7 sync` will"
            )
    if outcome.failures:
        warn(f"Not read, so that the earlier data stay: {', '.join(sorted(outcome.failures))}")
    return outcome
