"""The asset that people open: the planning tables as one immutable file, swapped in at once.

Also the sensor that tells when an earlier release was swapped back in.
"""

from collections.abc import Iterator
from dataclasses import asdict, fields

import dagster as dg

from cin7_pipeline.models.catalogue import load_catalogue
from cin7_pipeline.pipeline import (
    WarehouseTotal,
    publish_tables,
    warehouse_totals,
)
from cin7_pipeline.warehouse.releases import Rollback, current_rollback
from dagster_project.partitions import WRITER_POOL
from dagster_project.resources import SettingsResource, Turn
from dagster_project.specs import DAILY_FRESHNESS, table_key

PUBLISHED = dg.AssetKey(["published", "planning_duckdb"])
CURRENT_RELEASE_CHECK = dg.AssetCheckSpec(
    "newest_release_is_shown",
    asset=PUBLISHED,
    description="People read the newest release, and none that `cin7 publish --rollback` went back to.",
)
POLL_SECONDS = 60


@dg.definitions
def defs() -> dg.Definitions:
    """The published file, and the eye that is kept on which release people read."""
    return dg.Definitions(assets=[published_asset()], sensors=[rollback_sensor()])


def published_asset() -> dg.AssetsDefinition:
    """`planning.duckdb` and its Parquet twins; only made when every planning model passed."""
    planning = [model.name for model in load_catalogue().models if model.schema == "planning"]

    @dg.asset(
        key=PUBLISHED,
        group_name="published",
        description="All planning tables as one new release; readers of the earlier one are not disturbed.",
        kinds={"duckdb", "parquet"},
        deps=[table_key(name) for name in planning],
        check_specs=[CURRENT_RELEASE_CHECK],
        freshness_policy=DAILY_FRESHNESS,
        pool=WRITER_POOL,
    )
    def planning_duckdb(
        context: dg.AssetExecutionContext, settings: SettingsResource, turn: Turn
    ) -> Iterator[dg.MaterializeResult[None]]:
        run_settings = settings.load()
        turn.take(run_settings, context)
        release = publish_tables(run_settings)
        totals = warehouse_totals(run_settings)
        yield dg.MaterializeResult(
            metadata={
                "path": dg.MetadataValue.path(str(run_settings.published_path.absolute())),
                "release": release.path.name,
                "bytes": release.bytes,
                "seconds": round(release.seconds, 3),
                "stock_by_warehouse": _stock_by_warehouse(totals),
                "account": "sandbox" if run_settings.uses_sandbox else "own account",
                **{f"rows/{table}": rows for table, rows in release.tables.items()},
            },
            check_results=[dg.AssetCheckResult(check_name=CURRENT_RELEASE_CHECK.name, passed=True)],
        )

    return planning_duckdb


def rollback_sensor() -> dg.SensorDefinition:
    """Tells on the asset's page when people are shown an earlier release, and when that ends."""

    @dg.sensor(
        name="rollback_sensor",
        minimum_interval_seconds=POLL_SECONDS,
        default_status=dg.DefaultSensorStatus.RUNNING,
        description="Warns on the published asset while people read a release that was rolled back to.",
    )
    def sensor(
        context: dg.SensorEvaluationContext, settings: SettingsResource
    ) -> dg.SensorResult | dg.SkipReason:
        rollback = current_rollback(settings.load().data_dir)
        found = str(rollback or "")
        if found == (context.cursor or ""):
            return dg.SkipReason(found or "People read the newest release.")
        return dg.SensorResult(asset_events=[_finding(rollback)], cursor=found)

    return sensor


def _finding(rollback: Rollback | None) -> dg.AssetCheckEvaluation:
    return dg.AssetCheckEvaluation(
        asset_key=PUBLISHED,
        check_name=CURRENT_RELEASE_CHECK.name,
        passed=rollback is None,
        severity=dg.AssetCheckSeverity.WARN,
        description=f"People read an earlier release: {rollback}." if rollback else None,
        metadata={"shown": rollback.shown, "left": rollback.left} if rollback else None,
    )


def _stock_by_warehouse(totals: list[WarehouseTotal]) -> dg.TableMetadataValue:
    columns = [dg.TableColumn(field.name) for field in fields(WarehouseTotal)]
    records = [dg.TableRecord(asdict(total)) for total in totals]
    return dg.MetadataValue.table(records, schema=dg.TableSchema(columns))
