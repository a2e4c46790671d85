"""From library objects to Dagster's: keys, specs, schemas and lineage of raw tables and models."""

from collections.abc import Mapping
from datetime import timedelta

import dagster as dg

from cin7_pipeline.load.report import PAGED_BY_NUMBER, LoadReport
from cin7_pipeline.models.build import BuildReport, CheckResult
from cin7_pipeline.models.sql_model import Severity, SqlModel
from cin7_pipeline.omni.endpoint import Endpoint
from cin7_pipeline.omni.endpoints import ENDPOINTS, STOCK
from cin7_pipeline.warehouse.raw_tables import table_columns

SNAPSHOTS = "stock_snapshots"
# Read every morning: a day and a bit is late, a day and a half is a failure.
DAILY_FRESHNESS = dg.FreshnessPolicy.time_window(
    fail_window=timedelta(hours=36), warn_window=timedelta(hours=26)
)


def table_key(name: str) -> dg.AssetKey:
    """The asset key of `schema.table`."""
    return dg.AssetKey(name.split("."))


def endpoint_tables(endpoint: Endpoint) -> tuple[str, ...]:
    """The raw tables that reading an endpoint fills."""
    return (*endpoint.tables, SNAPSHOTS) if endpoint is STOCK else endpoint.tables


def raw_specs(endpoint: Endpoint, group: str, deps: tuple[str, ...] = ()) -> list[dg.AssetSpec]:
    """One asset per raw table of the endpoint."""
    return [
        dg.AssetSpec(
            table_key(f"raw.{table}"),
            group_name=group,
            description=_raw_description(endpoint, table),
            kinds={"dlt", "duckdb"},
            freshness_policy=DAILY_FRESHNESS,
            deps=[table_key(f"raw.{name}") for name in deps],
            metadata={
                "dagster/table_name": f"raw.{table}",
                "dagster/column_schema": _raw_schema(endpoint, table),
                "permission": endpoint.permission,
            },
        )
        for table in endpoint_tables(endpoint)
    ]


def _raw_description(endpoint: Endpoint, table: str) -> str:
    if table == SNAPSHOTS:
        return "One picture of the stock per local day: Cin7 keeps no history of it, so we do."
    if table != endpoint.name:
        return f"The lines of {endpoint.name}, always those of the version that is held."
    return f"{endpoint.about} Read {endpoint.mode} from `{endpoint.path}`."


def _raw_schema(endpoint: Endpoint, table: str) -> dg.TableSchema:
    lines = endpoint.lines.columns if endpoint.lines else ()
    fields = {column.name: column.field for column in (*lines, *endpoint.columns)}
    return dg.TableSchema(
        [
            dg.TableColumn(name, kind, description=_raw_comment(fields.get(name)))
            for name, kind in table_columns()[f"raw.{table}"].items()
        ]
    )


def _raw_comment(field: str | None) -> str:
    return f"Cin7's `{field}`." if field else "Kept by the pipeline."


def load_metadata(
    report: LoadReport, row_count: int
) -> Mapping[str, dg.MetadataValue | int | float | str]:
    """What a load says about itself in Dagster; the price and the effect of the read."""
    details: dict[str, dg.MetadataValue | int | float | str] = {
        "dagster/row_count": row_count,
        "window": str(report.window),
        "rows_read": report.rows_read,
        "new": report.new,
        "changed": report.changed,
        "unchanged": report.unchanged,
        "gone": report.gone,
        "calls": report.call_count,
        "seconds": report.seconds,
    }
    if report.used_offset_pages:
        details["pages"] = PAGED_BY_NUMBER
    if report.unknown_fields:
        details["unknown_fields"] = ", ".join(report.unknown_fields)
    return details


def model_spec(model: SqlModel) -> dg.AssetSpec:
    """The asset of one SQL file; it depends on what its SQL reads.

    What every read adds to, such as the load's ledger, is no asset: models that read nothing else come
    after all reads, or a backfill, which makes runs of what it may do first, would build them too early.
    """
    reads = [name for name in sorted(model.reads) if is_asset(name)] or raw_tables()
    return dg.AssetSpec(
        table_key(model.name),
        group_name=model.schema,
        description=model.about,
        kinds={"sql", "duckdb"},
        deps=[table_key(name) for name in reads],
        metadata={"dagster/table_name": model.name},
    )


def raw_tables() -> list[str]:
    """Everything that is read from Cin7."""
    return [
        f"raw.{table}" for endpoint in ENDPOINTS.values() for table in endpoint_tables(endpoint)
    ]


def is_asset(table: str) -> bool:
    """Settings and the load's own ledger are tables, but nothing that is materialized by itself."""
    return not table.startswith(("settings.", "raw.sync_"))


def check_specs(model: SqlModel) -> list[dg.AssetCheckSpec]:
    """Every rule of the model as a check of its asset."""
    return [
        dg.AssetCheckSpec(
            check.name,
            asset=table_key(model.name),
            description=check.about,
            blocking=check.severity is Severity.ERROR,
        )
        for check in model.checks
    ]


def check_result(model: SqlModel, result: CheckResult) -> dg.AssetCheckResult:
    """What one rule found."""
    return dg.AssetCheckResult(
        asset_key=table_key(model.name),
        check_name=result.name,
        passed=result.passed,
        severity=(
            dg.AssetCheckSeverity.ERROR
            if result.severity is Severity.ERROR
            else dg.AssetCheckSeverity.WARN
        ),
        metadata={"failing_rows": result.failing_rows},
    )


def build_result(
    report: BuildReport, lineage: Mapping[str, list[tuple[str, str]]]
) -> dg.MaterializeResult[None]:
    """A built model: its rows, its documented columns and where each column comes from."""
    return dg.MaterializeResult(
        asset_key=table_key(report.model.name),
        metadata={
            "dagster/row_count": report.row_count,
            "dagster/column_schema": dg.TableSchema(
                [
                    dg.TableColumn(name, kind, description=about)
                    for name, kind, about in report.columns
                ]
            ),
            "dagster/column_lineage": _lineage(lineage),
            "seconds": round(report.seconds, 3),
        },
        check_results=[check_result(report.model, result) for result in report.checks],
    )


def _lineage(lineage: Mapping[str, list[tuple[str, str]]]) -> dg.TableColumnLineage:
    return dg.TableColumnLineage(
        {
            column: [
                dg.TableColumnDep(asset_key=table_key(table), column_name=source)
                for table, source in sources
                if is_asset(table)
            ]
            for column, sources in lineage.items()
        }
    )
