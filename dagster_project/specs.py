"""This module translates the library's objects into Dagster's: keys, specs, metadata, checks, lineage."""

from collections.abc import Iterable, Mapping
from datetime import timedelta

import dagster as dg

from cin7_pipeline.load.report import PAGED_BY_NUMBER, LoadReport
from cin7_pipeline.models.build import BuildReport, CheckResult
from cin7_pipeline.models.sql_model import Severity, SqlModel
from cin7_pipeline.omni.endpoint import Endpoint
from cin7_pipeline.omni.endpoints import DOCUMENTS, ENDPOINTS, STOCK
from cin7_pipeline.pipeline import TABLES

HISTORY = dg.AssetKey(["history", "documents"])
SNAPSHOTS = "stock_snapshots"
# Read every morning: a day and a bit is late, a day and a half is a failure.
DAILY_FRESHNESS = dg.FreshnessPolicy.time_window(
    fail_window=timedelta(hours=36), warn_window=timedelta(hours=26)
)


def table_key(name: str) -> dg.AssetKey:
    """Return the asset key of `schema.table`."""
    return dg.AssetKey(name.split("."))


def is_asset(table: str) -> bool:
    """Return False for settings and the sync log: tables, but nothing is materialized by their names."""
    return not table.startswith(("settings.", "raw.sync_"))


def endpoint_tables(endpoint: Endpoint) -> tuple[str, ...]:
    """Return the raw tables that reading an endpoint fills."""
    return (*endpoint.tables, SNAPSHOTS) if endpoint is STOCK else endpoint.tables


def raw_keys(endpoints: Iterable[Endpoint]) -> list[dg.AssetKey]:
    """Return the assets of all tables that reading the endpoints fills."""
    return [table_key(f"raw.{table}") for kind in endpoints for table in endpoint_tables(kind)]


def raw_specs(endpoint: Endpoint) -> list[dg.AssetSpec]:
    """Return an asset per raw table of the endpoint.

    Reference data are read after the documents, which may name records that are not loaded yet.
    """
    is_document = endpoint in DOCUMENTS
    about = {
        endpoint.name: f"{endpoint.about} Read {endpoint.mode} from `{endpoint.path}`.",
        SNAPSHOTS: "The stock at the end of each local day: Cin7 keeps no history of it, so we do.",
    }
    return [
        dg.AssetSpec(
            table_key(f"raw.{table}"),
            group_name="raw_documents" if is_document else "raw_reference_data",
            description=about.get(table, f"The lines of {endpoint.name}, as they were last read."),
            kinds={"dlt", "duckdb"},
            freshness_policy=DAILY_FRESHNESS,
            deps=[] if is_document else [HISTORY, *raw_keys(DOCUMENTS)],
            metadata={
                "dagster/table_name": f"raw.{table}",
                "dagster/column_schema": _raw_schema(endpoint, table),
                "permission": endpoint.permission,
            },
        )
        for table in endpoint_tables(endpoint)
    ]


def _raw_schema(endpoint: Endpoint, table: str) -> dg.TableSchema:
    lines = endpoint.lines.columns if endpoint.lines else ()
    about = {column.name: f"Cin7's `{column.field}`." for column in (*lines, *endpoint.columns)}
    columns = [
        dg.TableColumn(name, kind, description=about.get(name, "Kept by the pipeline."))
        for name, kind in TABLES[f"raw.{table}"].items()
    ]
    return dg.TableSchema(columns)


def load_counts(report: LoadReport) -> dict[str, int | float]:
    """Return the effect of a read, in records, and its price."""
    return {
        "rows_read": report.rows_read,
        "new": report.new,
        "changed": report.changed,
        "unchanged": report.unchanged,
        "gone": report.deleted,
        "calls": report.call_count,
        "seconds": report.seconds,
    }


def load_metadata(report: LoadReport, row_count: int) -> dict[str, int | float | str]:
    """Return what the asset of a raw table shows about a load."""
    details = {"dagster/row_count": row_count, "window": str(report.window), **load_counts(report)}
    if report.used_offset_pages:
        details["pages"] = PAGED_BY_NUMBER
    if report.unknown_fields:
        details["unknown_fields"] = ", ".join(report.unknown_fields)
    return details


def model_spec(model: SqlModel) -> dg.AssetSpec:
    """Return the asset of one SQL file; it depends on what its SQL reads.

    The history asset fills the tables of documents too, so what reads them comes after it. The sync log,
    which every read adds to, is no asset: models that read nothing else come after all reads, or a
    backfill, which makes runs of what it may do first, would build them too early.
    """
    reads = sorted(table_key(name) for name in model.reads if is_asset(name))
    reads = reads or raw_keys(ENDPOINTS.values())
    history = [] if set(reads).isdisjoint(raw_keys(DOCUMENTS)) else [HISTORY]
    return dg.AssetSpec(
        table_key(model.name),
        group_name=model.schema,
        description=model.about,
        kinds={"sql", "duckdb"},
        deps=[*history, *reads],
        metadata={"dagster/table_name": model.name},
    )


def check_specs(model: SqlModel) -> list[dg.AssetCheckSpec]:
    """Return every rule of the model as a check of its asset."""
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
    """Return what one rule found."""
    return dg.AssetCheckResult(
        asset_key=table_key(model.name),
        check_name=result.name,
        passed=result.passed,
        severity=dg.AssetCheckSeverity[result.severity.name],
        metadata={"failing_rows": result.failing_rows},
    )


def build_result(
    report: BuildReport, lineage: Mapping[str, list[tuple[str, str]]]
) -> dg.MaterializeResult[None]:
    """Return a built model: its rows, its documented columns and where each column comes from."""
    columns = [
        dg.TableColumn(name, kind, description=about) for name, kind, about in report.columns
    ]
    sources = {
        column: [
            dg.TableColumnDep(asset_key=table_key(table), column_name=source)
            for table, source in found
            if is_asset(table)
        ]
        for column, found in lineage.items()
    }
    return dg.MaterializeResult(
        asset_key=table_key(report.model.name),
        metadata={
            "dagster/row_count": report.row_count,
            "dagster/column_schema": dg.TableSchema(columns),
            "dagster/column_lineage": dg.TableColumnLineage(sources),
            "seconds": round(report.seconds, 3),
        },
        check_results=[check_result(report.model, result) for result in report.checks],
    )
