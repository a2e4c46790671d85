"""This module watches what happens outside of a run's own process.

It tells of runs that failed, fails those whose process is gone, and records what the `cin7` command made.
"""

from collections.abc import Iterator
from typing import Any

import dagster as dg

from cin7_pipeline.alerts import send_alert
from cin7_pipeline.omni.endpoints import ENDPOINTS
from cin7_pipeline.pipeline import is_idle
from cin7_pipeline.settings import Settings
from cin7_pipeline.warehouse.connection import open_release
from cin7_pipeline.warehouse.releases import Releases
from dagster_project.defs.jobs import daily_sync, historical_resync, intraday_sync
from dagster_project.resources import SettingsResource
from dagster_project.specs import RELEASE, endpoint_tables, table_key

JOBS = {daily_sync.name, intraday_sync.name, historical_resync.name}
ORPHANED = (
    "The process of this run is gone: nobody held the run lock at two looks in a row, and a run that lives"
    " would have. It was killed, or the machine was. The next run repairs what it left."
)


@dg.definitions
def defs() -> dg.Definitions:
    """Return the sensors."""
    return dg.Definitions(sensors=[orphaned_runs, failed_runs, releases_of_the_command])


@dg.run_failure_sensor(
    default_status=dg.DefaultSensorStatus.RUNNING,
    description="Posts one line to CIN7_ALERT_URL when a run failed, was killed or never began.",
)
def failed_runs(context: dg.RunFailureSensorContext, settings: SettingsResource) -> None:
    """Tell why a run of ours failed: what its step says, else what Dagster says."""
    run, problem = context.dagster_run, problem_of(context)
    send_alert(settings.load(), f"Dagster run {run.run_id[:8]} of {run.job_name} failed: {problem}")


def problem_of(context: dg.RunFailureSensorContext) -> str:
    """Return what failed in a run: what its steps say, else what Dagster says."""
    reasons = [reason_of(event) for event in context.get_step_failure_events()]
    return "; ".join(reasons) or context.failure_event.message or "no reason given"


def reason_of(failure: dg.DagsterEvent) -> str:
    """Return what went wrong first in a step or a run that failed, in its own words."""
    error = first_error(failure)
    return error.message.strip() if error else "no reason given"


def first_error(failure: dg.DagsterEvent) -> Any:
    """Return the error that caused the others, as Dagster keeps it, or None where there is none."""
    error = getattr(failure.event_specific_data, "error", None)
    while error and error.cause:
        error = error.cause
    return error


@dg.sensor(
    minimum_interval_seconds=60,
    default_status=dg.DefaultSensorStatus.RUNNING,
    description="Fails runs whose process was killed, so that they do not hold the queue for ever.",
)
def orphaned_runs(context: dg.SensorEvaluationContext, settings: SettingsResource) -> dg.SkipReason:
    """Fail the runs that were started at the last look already and held the lock at neither.

    A run that lives holds the lock, or takes it within a second of its being free. Dagster notices the
    death of a run only where its own daemon started it and was not killed with it. Launchers that look
    after their runs by themselves, perhaps on other machines, are left to do so.
    """
    if context.instance.run_launcher.supports_check_run_worker_health:
        return dg.SkipReason("The run launcher looks after its runs.")
    if not is_idle(settings.load()):
        context.update_cursor("")
        return dg.SkipReason("A run holds the lock.")
    filters = dg.RunsFilter(statuses=[dg.DagsterRunStatus.STARTED])
    here, suspects = context.code_location_origin, {}
    for run in context.instance.get_runs(filters):
        origin = run.remote_job_origin
        # Runs of other projects on the same instance never take our lock. One without an origin was
        # started without the daemon, and is known by its job.
        if origin is None or here is None:
            is_ours = run.job_name in JOBS
        else:
            is_ours = origin.location_name == here.location_name
        if is_ours:
            suspects[run.run_id] = run
    orphaned = suspects.keys() & set((context.cursor or "").split())
    for run_id in orphaned:
        context.instance.report_run_failed(suspects.pop(run_id), ORPHANED)
    context.update_cursor(" ".join(suspects))
    return dg.SkipReason(f"Killed runs found: {len(orphaned)}.")


@dg.sensor(
    minimum_interval_seconds=60,
    default_status=dg.DefaultSensorStatus.RUNNING,
    description="Records the releases that people read and no run here made: those of the `cin7` command.",
)
def releases_of_the_command(
    context: dg.SensorEvaluationContext, settings: SettingsResource
) -> dg.SensorResult | dg.SkipReason:
    """Record a release, its tables and what was read for it, so that no page takes them for older."""
    run_settings = settings.load()
    if not is_idle(run_settings):
        return dg.SkipReason("A run holds the lock, and will record what it makes.")
    manifest = Releases(run_settings.data_dir).manifest()
    if manifest is None:
        return dg.SkipReason("Nothing is published.")
    last = context.instance.get_latest_materialization_event(RELEASE)
    recorded = last.asset_materialization if last else None
    # One that a person reported by hand names no release.
    shown = recorded.metadata.get("release") if recorded else None
    if shown and shown.value == manifest["release"]:
        return dg.SkipReason(f"{manifest['release']} is recorded.")
    return dg.SensorResult(asset_events=list(_materializations(run_settings, manifest)))


def _materializations(
    settings: Settings, manifest: dict[str, Any]
) -> Iterator[dg.AssetMaterialization]:
    """Yield the release, its tables, and the raw tables as they were when it was made."""
    seen = {"release": manifest["release"], "made by": "the cin7 command"}
    with open_release(settings) as connection:
        reads = connection.execute(
            "from planning.sync_status select entity, row_count"
            " where last_success_at is not null and failing_since is null and not is_skipped"
        ).fetchall()
    for entity, row_count in reads:
        for table in endpoint_tables(ENDPOINTS[entity]):
            rows = {"dagster/row_count": row_count} if table == entity else {}
            yield dg.AssetMaterialization(table_key(f"raw.{table}"), metadata={**seen, **rows})
    for table, row_count in manifest["tables"].items():
        yield dg.AssetMaterialization(
            table_key(f"planning.{table}"), metadata={**seen, "dagster/row_count": row_count}
        )
    yield dg.AssetMaterialization(RELEASE, metadata=seen)
