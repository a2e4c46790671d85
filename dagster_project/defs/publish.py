"""The asset that people open: the planning tables as one immutable file, swapped in at once."""

from dataclasses import asdict, fields

import dagster as dg

from cin7_pipeline.models.catalogue import load_catalogue
from cin7_pipeline.pipeline import (
    WarehouseTotal,
    exclusive,
    publish_tables,
    warehouse_totals,
)
from dagster_project.asset_factory import READ_DAILY, table_key
from dagster_project.partitions import WRITER_POOL
from dagster_project.resources import SettingsResource


@dg.definitions
def defs() -> dg.Definitions:
    """The published file."""
    return dg.Definitions(assets=[published_asset()])


def published_asset() -> dg.AssetsDefinition:
    """`planning.duckdb` and its Parquet twins; only made when every planning model passed."""
    planning = [model.name for model in load_catalogue().models if model.schema == "planning"]

    @dg.asset(
        key=["published", "planning_duckdb"],
        group_name="published",
        description="All planning tables as one new release; readers of the earlier one are not disturbed.",
        kinds={"duckdb", "parquet"},
        deps=[table_key(name) for name in planning],
        freshness_policy=READ_DAILY,
        pool=WRITER_POOL,
    )
    def planning_duckdb(
        context: dg.AssetExecutionContext, settings: SettingsResource
    ) -> dg.MaterializeResult[None]:
        run_settings = settings.load()
        with exclusive(run_settings, f"Dagster run {context.run_id}", context.log.info):
            release = publish_tables(run_settings)
            totals = warehouse_totals(run_settings)
        return dg.MaterializeResult(
            metadata={
                "path": dg.MetadataValue.path(str(run_settings.published_path.absolute())),
                "release": release.path.name,
                "bytes": release.bytes,
                "seconds": round(release.seconds, 3),
                "stock_by_warehouse": _stock_by_warehouse(totals),
                "account": "sandbox" if run_settings.uses_sandbox else "own account",
                **{f"rows/{table}": rows for table, rows in release.tables.items()},
            }
        )

    return planning_duckdb


def _stock_by_warehouse(totals: list[WarehouseTotal]) -> dg.TableMetadataValue:
    columns = [dg.TableColumn(field.name) for field in fields(WarehouseTotal)]
    records = [dg.TableRecord(asdict(total)) for total in totals]
    return dg.MetadataValue.table(records, schema=dg.TableSchema(columns))
