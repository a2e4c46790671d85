"""This module defines the asset that people open: the planning tables as one release, shown at once."""

from dataclasses import asdict, fields

import dagster as dg

from cin7_pipeline.models.catalogue import load_catalogue
from cin7_pipeline.pipeline import WarehouseTotal, publish_tables, warehouse_totals
from dagster_project.resources import WRITER_POOL, RunLock, SettingsResource
from dagster_project.specs import DAILY_FRESHNESS, planning_models, table_key


@dg.definitions
def defs() -> dg.Definitions:
    """Return the published release; it is only made when every planning model passed."""
    planning = planning_models(load_catalogue())

    @dg.asset(
        key=["published", "planning_duckdb"],
        group_name="published",
        description="All planning tables as one new release; readers of the earlier one are not disturbed.",
        kinds={"duckdb", "parquet"},
        deps=[table_key(model.name) for model in planning],
        freshness_policy=DAILY_FRESHNESS,
        pool=WRITER_POOL,
    )
    def planning_duckdb(
        settings: SettingsResource, run_lock: RunLock
    ) -> dg.MaterializeResult[None]:
        """Publish `planning.duckdb` and its Parquet twins."""
        run_settings = settings.load()
        release = publish_tables(run_settings)
        totals = dg.MetadataValue.table(
            [dg.TableRecord(asdict(total)) for total in warehouse_totals(run_settings)],
            schema=dg.TableSchema([dg.TableColumn(field.name) for field in fields(WarehouseTotal)]),
        )
        return dg.MaterializeResult(
            metadata={
                "path": dg.MetadataValue.path(str(run_settings.published_path.absolute())),
                "release": release.path.name,
                "bytes": release.bytes,
                "seconds": round(release.seconds, 3),
                "stock_by_warehouse": totals,
                "account": "sandbox" if run_settings.uses_sandbox else "own account",
                **{f"rows/{table}": rows for table, rows in release.tables.items()},
            }
        )

    return dg.Definitions(assets=[planning_duckdb])
