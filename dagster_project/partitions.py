"""Days of history: a partition is a UTC day, a range of them is one window."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

import dagster as dg

from cin7_pipeline.settings import Settings, load_settings
from cin7_pipeline.window import Window

# So many days a run lets the daily sync slip in between the runs of a long backfill.
DAYS_PER_BACKFILL_RUN = 31
# The pool whose one slot belongs to the run that reads Cin7 or writes the warehouse.
WRITER_POOL = "cin7"
# Marks runs that may use the calls kept in reserve for the schedule.
SCHEDULED = {"cin7/scheduled": "true"}


def history_partitions() -> dg.DailyPartitionsDefinition:
    """The UTC days from CIN7_HISTORY_START to today, today included."""
    start = load_settings().history_start
    return dg.DailyPartitionsDefinition(start_date=start.isoformat(), timezone="UTC", end_offset=1)


def window_of(span: dg.TimeWindow, now: datetime) -> Window:
    """The window of a partition range; one that reaches today stays open at its end."""
    start, end = span.start.astimezone(UTC), span.end.astimezone(UTC)
    return Window(start, None if end > now else end)


def last_days(settings: Settings, days: int) -> dict[str, str]:
    """The run tags that select the last `days` day partitions, today included, as one range."""
    today = settings.now().date()
    first = max(today - timedelta(days=days), settings.history_start)
    return {
        "dagster/asset_partition_range_start": first.isoformat(),
        "dagster/asset_partition_range_end": today.isoformat(),
    }


def is_scheduled(tags: Mapping[str, str]) -> bool:
    """True for runs that a schedule asked for."""
    return SCHEDULED.items() <= tags.items()
