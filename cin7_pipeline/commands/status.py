"""`cin7 status`: what was read when and what could not be, which release people read, and calls left."""

from datetime import UTC

from cin7_pipeline.account import rate_limiter_of
from cin7_pipeline.console import (
    console,
    settings_with_warnings,
    show_first_queries,
    table_of,
    warn,
)
from cin7_pipeline.errors import WarehouseBusy
from cin7_pipeline.pipeline import failing, last_failed_release
from cin7_pipeline.warehouse.connection import open_warehouse
from cin7_pipeline.warehouse.releases import current_rollback


def run(*, queries: bool) -> None:
    """Print what is published and how fresh it is; `queries` adds three queries worth trying."""
    settings, screen = settings_with_warnings(), console()
    screen.print(f"Calls left today: {rate_limiter_of(settings).left():,}")
    if settings.skip_entities:
        skipped = ", ".join(sorted(settings.skip_entities))
        screen.print(f"Skipped by CIN7_SKIP_ENTITIES, so not read any more: {skipped}")
    try:
        for each in failing(settings):
            since = f"{each.since.astimezone(UTC):%Y-%m-%d %H:%M} UTC"
            warn(f"{each.entity} cannot be read since {since}, its earlier data stay: {each.error}")
    except WarehouseBusy:
        screen.print("A run is under way; what it cannot read is told when it has ended.")
    if problem := last_failed_release(settings):
        warn(f"What is published is older than what was read: {problem}.")
    if not settings.published_path.exists():
        screen.print("Nothing is published yet: run `cin7 sync`.")
        return
    release = settings.published_path.resolve().parent.name
    screen.print(f"Published: {settings.published_path} → {release}", markup=False)
    if rollback := current_rollback(settings.data_dir):
        warn(
            f"This is no longer the newest release: {rollback}; `cin7 publish` goes forward again."
        )
    with open_warehouse(settings.alias_path, read_only=True) as connection:
        columns = ["entity", "data as of", "rows held", "new", "changed", "gone"]
        rows = connection.execute("""
            select
                entity, strftime(data_as_of_at, '%Y-%m-%d %H:%M UTC'), row_count,
                new_count, changed_count, gone_count
            from planning.sync_status
            order by entity
        """).fetchall()
        screen.print(table_of("Published data", columns, rows))
        if queries:
            show_first_queries(screen, connection)
