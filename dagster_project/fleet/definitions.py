"""This module is what Dagster loads of a fleet: an asset whose partitions are the accounts.

A partition's run is the whole morning of one account. Tables, rules and steps are no assets here: of a
thousand accounts they would be a million events a day. They are seen with `make ui` on one account's folder.
"""

from collections.abc import Mapping
from datetime import date
from typing import Any

import dagster as dg
from pydantic import Field

from cin7_pipeline.accounts import Account, load_accounts
from cin7_pipeline.alerts import send_alert, send_heartbeat
from cin7_pipeline.errors import PipelineError
from cin7_pipeline.lake.publish import publish_to_lake
from cin7_pipeline.load.report import LoadOutcome
from cin7_pipeline.omni.endpoints import ENDPOINTS
from cin7_pipeline.pipeline import (
    history_slices,
    publish_release,
    read_entities,
    read_history,
    run_lock,
    was_read,
)
from cin7_pipeline.runtime import configure
from cin7_pipeline.settings import Settings
from cin7_pipeline.warehouse.releases import Releases
from cin7_pipeline.window import Window
from dagster_project.defs.schedules import SCHEDULED
from dagster_project.defs.sensors import problem_of
from dagster_project.fleet.schedule import mornings
from dagster_project.fleet.upkeep import nightly

PARTITION = "dagster/partition"


class HistoryConfig(dg.Config):
    """Which days are read again, both included."""

    first: str = Field(alias="from", description="First UTC day, like 2025-01-01.")
    last: str = Field(alias="to", description="Last UTC day, like 2025-12-31.")


@dg.definitions
def defs() -> dg.Definitions:
    """Return the fleet as its folder is now; a new account appears when the definitions are reloaded."""
    configure()
    accounts = load_accounts()
    partitions = dg.StaticPartitionsDefinition(list(accounts))

    @dg.asset(
        key=["fleet", "planning"],
        partitions_def=partitions,
        description="An account's morning: Cin7 is read, its tables are built, checked and published.",
        kinds={"dlt", "duckdb"},
    )
    def planning(context: dg.AssetExecutionContext) -> dg.MaterializeResult[None]:
        settings = accounts[context.partition_key].settings()
        with run_lock(settings, f"Dagster run {context.run_id}", context.log.info):
            outcome = read_entities(
                settings,
                dict.fromkeys(ENDPOINTS),
                may_use_reserve=SCHEDULED.items() <= context.run_tags.items(),
            )
            return published(settings, outcome)

    @dg.asset(
        key=["fleet", "history"],
        partitions_def=partitions,
        description="Days of an account's history, read again in full, then published: `cin7 resync`.",
        kinds={"dlt", "duckdb"},
    )
    def history(
        context: dg.AssetExecutionContext, config: HistoryConfig
    ) -> dg.MaterializeResult[None]:
        settings = accounts[context.partition_key].settings()
        first, last = date.fromisoformat(config.first), date.fromisoformat(config.last)
        with run_lock(settings, f"Dagster run {context.run_id}", context.log.info):
            slices = history_slices(settings, Window.days(first, last))
            return published(settings, sum(read_history(settings, slices), LoadOutcome()))

    morning = dg.define_asset_job("morning", selection=[planning])
    return dg.Definitions(
        assets=[planning, history],
        jobs=[morning],
        schedules=[mornings(accounts, morning.name), nightly(accounts)],
        sensors=[failed_runs(accounts)],
        executor=dg.in_process_executor,
    )


def published(settings: Settings, outcome: LoadOutcome) -> dg.MaterializeResult[None]:
    """Publish what was read, and return the receipt of the run.

    Raises:
        Failure: an entity could not be read; the others are published, and the failure has the receipt.
    """
    if not was_read(settings):
        outcome.raise_failures()
    publish_release(settings, only_news=True)
    outcome += publish_to_lake(settings)
    metadata = receipt(settings, outcome)
    try:
        outcome.raise_failures()
    except PipelineError as error:
        raise dg.Failure(str(error), metadata=metadata, allow_retries=False) from None
    send_heartbeat(settings)
    return dg.MaterializeResult(metadata=metadata)


def receipt(settings: Settings, outcome: LoadOutcome) -> dict[str, Any]:
    """Return what people read now, what reading it took, and what is the matter with it."""
    manifest = Releases(settings.data_dir).manifest() or {}
    broken = [f"{rule} ({n} rows)" for rule, n in manifest.get("broken_rules", {}).items()]
    return {
        "release": manifest.get("release", "none"),
        "dagster/row_count": sum(manifest.get("tables", {}).values()),
        "calls": sum(report.call_count for report in outcome.reports),
        "failing_checks": len(broken),
        "failing_checks/which": "; ".join(broken) or "none",
        "problems": "; ".join([*outcome.failures, *settings.warnings()]) or "none",
        "account": "sandbox" if settings.uses_sandbox else "own account",
    }


def failed_runs(accounts: Mapping[str, Account]) -> dg.SensorDefinition:
    """Return the sensor that tells each account's own CIN7_ALERT_URL of its runs that failed."""

    @dg.run_failure_sensor(
        name="failed_runs",
        default_status=dg.DefaultSensorStatus.RUNNING,
        description="Posts one line to the account's CIN7_ALERT_URL when its run failed or was killed.",
    )
    def sensor(context: dg.RunFailureSensorContext) -> dg.SkipReason | None:
        run = context.dagster_run
        account = accounts.get(run.tags.get(PARTITION, ""))
        if account is None:
            return dg.SkipReason("The run is of no account of this fleet.")
        send_alert(
            account.settings(), f"Dagster run {run.run_id[:8]} failed: {problem_of(context)}"
        )
        return None

    return sensor
