"""This module translates the library's objects into Dagster's: keys, specs, metadata and checks.

Column lineage is not among them: Dagster's open-source pages show none, wherever it stands.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import timedelta
from pathlib import Path

import dagster as dg

from cin7_pipeline.load.report import PAGED_BY_NUMBER, LoadReport
from cin7_pipeline.models.build import BuildReport, CheckResult, ModelBuildFailed
from cin7_pipeline.models.catalogue import SQL_FOLDER, Catalogue
from cin7_pipeline.models.sql_model import Severity, SqlModel
from cin7_pipeline.omni import endpoints
from cin7_pipeline.omni.endpoint import Endpoint
from cin7_pipeline.omni.endpoints import DOCUMENTS, ENDPOINTS
from cin7_pipeline.pipeline import TABLES

HISTORY = dg.AssetKey(["history", "documents"])
RELEASE = dg.AssetKey(["published", "planning_duckdb"])
# What is kept of each day beside the stock itself: Cin7 has no history of either.
SNAPSHOTS = {
    "stock_snapshots": "The stock at the end of each local day: Cin7 keeps no history of it, so we do.",
    "transit_snapshots": "The lines of transfers that were under way when the stock of the day was read.",
}
# Who is asked when an asset is late or a check fails.
OWNERS = ["team:data"]
# The check of a raw table.
RECORDS = "every_record_can_be_read"
# The check of a planning table that is no rule of the business.
CONTRACT = "contract"
# Read every morning: a day and a bit is late, a day and a half is a failure.
DAILY_FRESHNESS = dg.FreshnessPolicy.time_window(
    fail_window=timedelta(hours=36), warn_window=timedelta(hours=26)
)


def table_key(name: str) -> dg.AssetKey:
    """Return the asset key of `schema.table`."""
    return dg.AssetKey(name.split("."))


def code_reference(path: Path) -> dg.CodeReferencesMetadataValue:
    """Return the link from an asset's page to the file that says how it is made."""
    label = str(path.relative_to(SQL_FOLDER.parent))
    return dg.CodeReferencesMetadataValue(
        code_references=[dg.LocalFileCodeReference(file_path=str(path), label=label)]
    )


def endpoint_tables(endpoint: Endpoint) -> tuple[str, ...]:
    """Return the raw tables that reading an endpoint fills."""
    return (*endpoint.tables, *(SNAPSHOTS if endpoint.has_daily_snapshot else ()))


def raw_keys(endpoints: Iterable[Endpoint]) -> list[dg.AssetKey]:
    """Return the assets of all tables that reading the endpoints fills."""
    return [table_key(f"raw.{table}") for each in endpoints for table in endpoint_tables(each)]


def raw_specs(endpoint: Endpoint) -> list[dg.AssetSpec]:
    """Return an asset per raw table of the endpoint.

    Reference data are read after the documents, which may name records that are not loaded yet.
    """
    about = SNAPSHOTS | {
        endpoint.name: f"{endpoint.about} Read {endpoint.mode} from `{endpoint.path}`."
    }
    lines = endpoint.lines.columns if endpoint.lines else ()
    fields = {column.name: f"Cin7's `{column.field}`." for column in (*lines, *endpoint.columns)}
    return [
        dg.AssetSpec(
            table_key(f"raw.{table}"),
            group_name="raw_documents" if endpoint.lists_documents else "raw_reference_data",
            description=about.get(table, f"The lines of {endpoint.name}, as they were last read."),
            kinds={"dlt", "duckdb"},
            owners=OWNERS,
            freshness_policy=DAILY_FRESHNESS,
            deps=[] if endpoint.lists_documents else [HISTORY, *raw_keys(DOCUMENTS)],
            metadata={
                "dagster/code_references": code_reference(Path(endpoints.__file__)),
                "dagster/table_name": f"raw.{table}",
                "dagster/column_schema": dg.TableSchema(
                    [
                        dg.TableColumn(name, kind, fields.get(name, "Kept by the pipeline."))
                        for name, kind in TABLES[f"raw.{table}"].items()
                    ]
                ),
                "permission": endpoint.permission,
            },
        )
        for table in endpoint_tables(endpoint)
    ]


def load_counts(report: LoadReport) -> dict[str, int | float]:
    """Return the effect of a read, in records, and its price."""
    return {
        "rows_read": report.rows_read,
        "new": report.new,
        "changed": report.changed,
        "unchanged": report.unchanged,
        "deleted": report.deleted,
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


def record_check_spec(endpoint: Endpoint) -> dg.AssetCheckSpec:
    """Return the check of an endpoint's raw table that no record of it was rejected."""
    return dg.AssetCheckSpec(
        RECORDS,
        asset=table_key(f"raw.{endpoint.name}"),
        description=(
            "Cin7 sent no record with a value that its column cannot hold. Such a record is rejected"
            " and tried again at each read; its earlier version counts meanwhile (planning.data_issues)."
        ),
    )


def record_evaluation(report: LoadReport) -> dg.AssetCheckEvaluation:
    """Return whether records of a load were rejected, with the ids of ten of them."""
    ids = report.rejected_ids
    return dg.AssetCheckEvaluation(
        table_key(f"raw.{report.entity}"),
        RECORDS,
        passed=not ids,
        severity=dg.AssetCheckSeverity.WARN,
        metadata={"rejected": len(ids), "ids": ", ".join(map(str, ids[:10]))} if ids else {},
    )


def planning_models(catalogue: Catalogue) -> list[SqlModel]:
    """Return the models whose tables people open: the only ones that are assets."""
    return [model for model in catalogue.models if model.schema == "planning"]


def planning_spec(catalogue: Catalogue, model: SqlModel) -> dg.AssetSpec:
    """Return the asset of a planning table; it depends on the raw tables that it is made of.

    The history asset fills the tables of documents too, so what reads them comes after it. The logs that
    every read adds to are no assets: tables made of nothing else come after all reads, or a backfill,
    which makes runs of what it may do first, would build them too early.
    """
    made_of = catalogue.upstream([model.name])
    reads = {name for found in made_of for name in found.reads if name.startswith("raw.")}
    assets = raw_keys(ENDPOINTS.values())
    raw = sorted({table_key(name) for name in reads}.intersection(assets)) or assets
    history = [] if set(raw).isdisjoint(raw_keys(DOCUMENTS)) else [HISTORY]
    names = ", ".join(f"`{name}`" for name in sorted(model.sources))
    return dg.AssetSpec(
        table_key(model.name),
        group_name=model.schema,
        description=f"{model.about}\n\nReads {names}.",
        kinds={"sql", "duckdb"},
        owners=OWNERS,
        freshness_policy=DAILY_FRESHNESS,
        deps=[*history, *raw],
        metadata={
            "dagster/table_name": model.name,
            "dagster/code_references": code_reference(model.path),
        },
        skippable=True,
    )


def release_spec(planning: Iterable[SqlModel]) -> dg.AssetSpec:
    """Return the asset of the release; a run that brought nothing new makes none."""
    return dg.AssetSpec(
        RELEASE,
        group_name="published",
        description="All planning tables as one new release; readers of the earlier one are not disturbed.",
        kinds={"duckdb", "parquet"},
        owners=OWNERS,
        deps=[table_key(model.name) for model in planning],
        freshness_policy=DAILY_FRESHNESS,
        skippable=True,
    )


def check_specs(model: SqlModel) -> list[dg.AssetCheckSpec]:
    """Return the check `contract` of a planning table, and each business rule as a check of its own.

    None is "blocking" to Dagster: a broken rule of severity `error` fails the step, which blocks more.
    """
    key = table_key(model.name)
    effects = {
        Severity.ERROR: "While it is broken, nothing is published.",
        Severity.WARN: "A warning: the tables are published all the same.",
    }
    about = (
        f"One row per {', '.join(model.grain)}; what must be known is not null; the columns are those that"
        " are declared, and hold what each of them may; and what the table is made of keeps its own rules."
    )
    rules = [check for check in model.checks if not check.is_contract]
    return [
        dg.AssetCheckSpec(CONTRACT, asset=key, description=about),
        *(
            dg.AssetCheckSpec(
                rule.name, asset=key, description=f"{rule.about}\n\n{effects[rule.severity]}"
            )
            for rule in rules
        ),
    ]


def check_evaluations(
    model: SqlModel, results: Iterable[CheckResult], warnings: Iterable[str] = ()
) -> Iterator[dg.AssetCheckEvaluation]:
    """Return what the checks of a planning table found; `warnings` are those of what it is made of.

    They are evaluations, not results: those would be outputs of the step too, an event more for each.
    """
    contract: list[CheckResult] = []
    own = {check.name for check in model.checks if not check.is_contract}
    for result in results:
        if result.name not in own:
            contract.append(result)
        else:
            yield dg.AssetCheckEvaluation(
                table_key(model.name),
                result.name,
                passed=result.passed,
                severity=dg.AssetCheckSeverity[result.severity.name],
                metadata={"failing_rows": result.failing_rows, **_evidence(model, result)},
            )
    broken = [result for result in contract if not result.passed]
    problems = [*map(str, broken), *warnings]
    evidence = {
        f"{result.name}/{name}": value
        for result in broken
        for name, value in _evidence(model, result).items()
    }
    yield contract_evaluation(model, problems, evidence, is_warning=not broken)


def _evidence(model: SqlModel, result: CheckResult) -> dict[str, dg.MetadataValue]:
    """Return how to look at the rows that break a rule: their grain, up to ten of them, and the query."""
    if result.passed:
        return {}
    query = next(check.failing for check in model.checks if check.name == result.name)
    evidence: dict[str, dg.MetadataValue] = {"query": dg.MetadataValue.md(f"```sql\n{query}\n```")}
    if result.examples:
        records = [
            dg.TableRecord({name: str(value) for name, value in row.items()})
            for row in result.examples
        ]
        evidence["failing_keys"] = dg.MetadataValue.table(records)
    return evidence


def contract_evaluation(
    model: SqlModel,
    problems: Sequence[str],
    evidence: Mapping[str, dg.MetadataValue] | None = None,
    *,
    is_warning: bool = False,
) -> dg.AssetCheckEvaluation:
    """Return the check `contract` of a planning table, which fails where there are problems."""
    severity = dg.AssetCheckSeverity.WARN if is_warning else dg.AssetCheckSeverity.ERROR
    return dg.AssetCheckEvaluation(
        table_key(model.name),
        CONTRACT,
        passed=not problems,
        severity=severity,
        metadata={**({"problems": "\n".join(problems)} if problems else {}), **(evidence or {})},
    )


def refusal_evaluations(
    catalogue: Catalogue, refusal: ModelBuildFailed
) -> Iterator[dg.AssetCheckEvaluation]:
    """Return what a failed build says of the planning tables that are made of the model, and of itself."""
    is_told = any(not result.passed for result in refusal.results)
    for model in planning_models(catalogue):
        if model is refusal.model and is_told:
            yield from check_evaluations(model, refusal.results)
        elif refusal.model in catalogue.upstream([model.name]):
            yield contract_evaluation(model, [str(refusal)])


def build_result(report: BuildReport, figures: Mapping[str, float]) -> dg.MaterializeResult[None]:
    """Return a built planning table: its rows, its documented columns, and figures that pages plot."""
    columns = [
        dg.TableColumn(name, kind, description=about) for name, kind, about in report.columns
    ]
    return dg.MaterializeResult(
        asset_key=table_key(report.model.name),
        metadata={
            "dagster/row_count": report.row_count,
            "dagster/column_schema": dg.TableSchema(columns),
            "seconds": round(report.seconds, 3),
            **figures,
        },
    )
