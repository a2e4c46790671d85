"""`cin7 status`: what was read when and what could not be, which release people read, and calls left."""

from datetime import UTC, datetime, timedelta

from cin7_pipeline.account import calls_left
from cin7_pipeline.alerts import send_alert
from cin7_pipeline.console import (
    console,
    settings_with_warnings,
    show_first_queries,
    table_of,
    warn,
)
from cin7_pipeline.errors import PipelineError, WarehouseBusy
from cin7_pipeline.pipeline import failing, last_failed_release
from cin7_pipeline.settings import Settings
from cin7_pipeline.warehouse.connection import open_release
from cin7_pipeline.warehouse.releases import Releases, current_rollback


def run(*, queries: bool, max_age_hours: int | None) -> None:
    """Print what is published and how fresh it is; `queries` adds three queries worth trying.

    Raises:
        PipelineError: what people read is older than `max_age_hours`, or nothing is published.
    """
    settings = settings_with_warnings()
    _show(settings, queries=queries)
    if max_age_hours is not None:
        _require_fresh(settings, timedelta(hours=max_age_hours))


def _show(settings: Settings, *, queries: bool) -> None:
    screen = console()
    screen.print(calls_left(settings))
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
    if Releases(settings.data_dir).was_changed(release):
        warn(
            f"{release} was written to, or copied, after it was published: root can, who opens it without"
            " read_only; `cin7 publish` makes it anew."
        )
    if rollback := current_rollback(settings.data_dir):
        warn(
            f"This is no longer the newest release: {rollback}; `cin7 publish` goes forward again."
        )
    with open_release(settings) as connection:
        columns = ["entity", "data as of", "rows held", "new", "changed", "deleted"]
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


def _require_fresh(settings: Settings, most: timedelta) -> None:
    """Refuse, and tell whoever is alerted, where an entity's published data are older than that.

    Raises:
        PipelineError: they are, or nothing is published.
    """
    oldest: tuple[str, datetime] | None = None
    if settings.published_path.exists():
        with open_release(settings) as connection:
            oldest = connection.execute("""
                select entity, data_as_of_at::timestamptz
                from planning.sync_status
                where not is_skipped and data_as_of_at is not null
                order by data_as_of_at
                limit 1
            """).fetchone()
    if oldest is None:
        problem = "nothing is published yet: run `cin7 sync`"
    elif (age := settings.now() - oldest[1]) > most:
        problem = (
            f"the published {oldest[0]} are {age // timedelta(hours=1)} hours old, more than the"
            f" {most // timedelta(hours=1)} allowed: look at the last run, then run `cin7 sync`"
        )
    else:
        return
    send_alert(settings, problem)
    raise PipelineError(problem)
