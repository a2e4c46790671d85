"""This module defines the asset that a backfill makes: documents of past days, read again in full.

A partition is a UTC day: https://docs.dagster.io/guides/build/partitions-and-backfills. What is read goes
into the tables of `raw`; the assets of the tables themselves are made by the daily sync, for no day.
"""

from datetime import UTC, datetime

import dagster as dg

from cin7_pipeline.omni.endpoints import DOCUMENTS
from cin7_pipeline.settings import load_settings
from cin7_pipeline.window import Window
from dagster_project.defs.raw import read
from dagster_project.resources import WRITER_POOL, RunLock, SettingsResource
from dagster_project.specs import HISTORY, load_counts

# So many days a run lets the daily sync slip in between the runs of a long backfill.
DAYS_PER_RUN = 31


@dg.definitions
def defs() -> dg.Definitions:
    """Return the asset; how far back it reaches is a setting."""
    start = load_settings().history_start

    @dg.asset(
        key=HISTORY,
        group_name="history",
        description=(
            "A green day: every document created or changed in it was read again, in full; today as far"
            " as it had come. Select it with everything downstream, so that models and release follow."
        ),
        kinds={"dlt", "duckdb"},
        partitions_def=dg.DailyPartitionsDefinition(
            start.isoformat(), timezone="UTC", end_offset=1
        ),
        backfill_policy=dg.BackfillPolicy.multi_run(DAYS_PER_RUN),
        pool=WRITER_POOL,
    )
    def history_documents(
        context: dg.AssetExecutionContext, settings: SettingsResource, run_lock: RunLock
    ) -> dg.MaterializeResult[None]:
        """Read the days of the run as one window; a day is green only if every kind was read."""
        run_settings = settings.load()
        window = window_of(context.partition_time_window, run_settings.now())
        outcome = read(context, run_settings, {each.name: window for each in DOCUMENTS})
        outcome.raise_failures()
        receipt = [
            dg.TableRecord({"documents": report.entity, **load_counts(report)})
            for report in outcome.reports
        ]
        return dg.MaterializeResult(
            metadata={"window": str(window), "receipt": dg.MetadataValue.table(receipt)}
        )

    return dg.Definitions(assets=[history_documents])


def window_of(span: dg.TimeWindow, now: datetime) -> Window:
    """Return the window of a range of days; one that reaches today stays open at its end."""
    start, end = span.start.astimezone(UTC), span.end.astimezone(UTC)
    return Window(start, None if end > now else end)
