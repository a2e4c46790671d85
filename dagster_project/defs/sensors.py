"""What Dagster watches by itself: runs whose process is gone and that Dagster still takes for running."""

import dagster as dg

from cin7_pipeline.pipeline import is_idle
from dagster_project.defs.jobs import daily_sync, historical_resync, intraday_sync
from dagster_project.resources import SettingsResource

TICK_SECONDS = 60
JOBS = {daily_sync.name, intraday_sync.name, historical_resync.name}
GONE = (
    "The process of this run is gone: nobody had the turn to run at two looks in a row, and a run that"
    " lives would have taken it. It was killed, or the machine was. The next run repairs what it left."
)


@dg.definitions
def defs() -> dg.Definitions:
    """The sensors."""
    return dg.Definitions(sensors=[orphaned_runs])


@dg.sensor(
    name="orphaned_runs",
    minimum_interval_seconds=TICK_SECONDS,
    default_status=dg.DefaultSensorStatus.RUNNING,
    description="Fails runs whose process was killed, so that they do not hold the queue for ever.",
)
def orphaned_runs(context: dg.SensorEvaluationContext, settings: SettingsResource) -> dg.SkipReason:
    """Fail the runs that were started at the last tick already and have had no turn at either.

    A run that lives has its turn or takes it within a moment of its being free. Dagster finds out about
    the death of a run only where its own daemon started it, and was not killed with it. Launchers that
    look after their runs by themselves, perhaps on other machines, are left to do so.
    """
    if context.instance.run_launcher.supports_check_run_worker_health:
        return dg.SkipReason("The run launcher looks after its runs.")
    if not is_idle(settings.load()):
        context.update_cursor("")
        return dg.SkipReason("A run has its turn.")
    filters = dg.RunsFilter(statuses=[dg.DagsterRunStatus.STARTED])
    runs = [run for run in context.instance.get_runs(filters) if _is_ours(run, context)]
    suspects = {run.run_id: run for run in runs}
    gone = suspects.keys() & set((context.cursor or "").split())
    for run_id in gone:
        context.instance.report_run_failed(suspects.pop(run_id), GONE)
    context.update_cursor(" ".join(suspects))
    return dg.SkipReason(f"Killed runs found: {len(gone)}.")


def _is_ours(run: dg.DagsterRun, context: dg.SensorEvaluationContext) -> bool:
    """False for runs of other projects on the same instance, which never take our turn."""
    origin, here = run.remote_job_origin, context.code_location_origin
    if origin is None or here is None:  # started without the daemon
        return run.job_name in JOBS
    return origin.location_name == here.location_name
