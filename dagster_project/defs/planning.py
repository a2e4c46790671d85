"""This module makes the assets that people open: the planning tables, and the release that holds them.

A release is built whole or not at all: a table is materialized when people can read it. The models of the
other schemas, of which planning tables are made, are no assets. The step is in `sync.py`.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import asdict, fields
from typing import Any

import dagster as dg

from cin7_pipeline.models.build import BuildReport, ModelBuildFailed
from cin7_pipeline.models.catalogue import Catalogue
from cin7_pipeline.pipeline import check_models, publish_release
from cin7_pipeline.settings import Settings
from cin7_pipeline.warehouse.draft import Release
from cin7_pipeline.warehouse.figures import WarehouseTotal, table_figures, warehouse_totals
from dagster_project.defs.raw import Result
from dagster_project.specs import (
    RELEASE,
    build_result,
    check_evaluations,
    planning_models,
    planning_spec,
    refusal_evaluations,
    release_spec,
    table_key,
)


def release_specs(catalogue: Catalogue) -> list[dg.AssetSpec]:
    """Return the assets of the planning tables, and of the release."""
    planning = planning_models(catalogue)
    return [*(planning_spec(catalogue, model) for model in planning), release_spec(planning)]


def make_release(
    context: dg.AssetExecutionContext, settings: Settings, catalogue: Catalogue
) -> Iterator[Result]:
    """Build and check all tables, then publish `planning.duckdb` and its Parquet twins.

    Whatever of it is selected, all is built; where only checks are, nothing is published.
    """
    own = {spec.key for spec in release_specs(catalogue)}
    selected = own & context.selected_asset_keys
    if not selected and own.isdisjoint(c.asset_key for c in context.selected_asset_check_keys):
        return
    reports: list[BuildReport] = []
    context.log.info(f"Building and checking {len(catalogue.models)} tables")
    try:
        if selected:
            made = publish_release(settings, only_news=True, on_report=reports.append)
        else:
            made = None
            reports.extend(check_models(settings))
    except ModelBuildFailed as refusal:
        yield from _chosen_checks(context, _evaluations(catalogue, reports))
        yield from _chosen_checks(context, refusal_evaluations(catalogue, refusal))
        raise dg.Failure(str(refusal)) from None
    yield from _chosen_checks(context, _evaluations(catalogue, reports))
    if made is None:
        context.log.info("Nothing new was published; the last release stays the current one.")
        return
    figures = table_figures(settings)
    for report in reports:
        if table_key(report.model.name) in selected:
            yield build_result(report, figures[report.model.table])
    if RELEASE in selected:
        yield dg.MaterializeResult(asset_key=RELEASE, metadata=_metadata(settings, made))


def _chosen_checks(
    context: dg.AssetExecutionContext, evaluations: Iterable[dg.AssetCheckEvaluation]
) -> Iterator[dg.AssetCheckEvaluation]:
    """Yield the evaluations that the run asks for."""
    for evaluation in evaluations:
        if evaluation.asset_check_key in context.selected_asset_check_keys:
            yield evaluation


def _evaluations(
    catalogue: Catalogue, reports: Iterable[BuildReport]
) -> Iterator[dg.AssetCheckEvaluation]:
    """Yield what the checks of planning tables found, with the warnings of what they are made of."""
    warnings: dict[str, list[str]] = defaultdict(list)
    for report in reports:
        model = report.model
        if model.schema == "planning":
            made_of = catalogue.upstream([model.name])
            inherited = [text for found in made_of for text in warnings[found.name]]
            yield from check_evaluations(model, report.checks, inherited)
        broken = [result for result in report.checks if not result.passed]
        warnings[model.name] = [f"{model.name}: {result}" for result in broken]


def _metadata(settings: Settings, release: Release) -> dict[str, Any]:
    """Return what the asset of the release shows: where it is, its rows, and units per warehouse."""
    totals = dg.MetadataValue.table(
        [dg.TableRecord(asdict(total)) for total in warehouse_totals(settings)],
        schema=dg.TableSchema([dg.TableColumn(field.name) for field in fields(WarehouseTotal)]),
    )
    return {
        "path": dg.MetadataValue.path(str(settings.published_path.absolute())),
        "release": release.name,
        "bytes": release.bytes,
        "seconds": round(release.seconds, 3),
        "stock_by_warehouse": totals,
        "account": "sandbox" if settings.uses_sandbox else "own account",
        **{f"rows/{table}": rows for table, rows in release.tables.items()},
    }
