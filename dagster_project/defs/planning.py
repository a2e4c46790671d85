"""This module defines the assets that people open: the planning tables, and the release that holds them.

They are one step, as a release is built whole or not at all: a table is materialized when people can read
it. The models of the other schemas, of which planning tables are made, are no assets.
"""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import asdict, fields
from typing import Any

import dagster as dg

from cin7_pipeline.models.build import BuildReport, ModelBuildFailed
from cin7_pipeline.models.catalogue import load_catalogue
from cin7_pipeline.pipeline import WarehouseTotal, publish_release, warehouse_totals
from cin7_pipeline.settings import Settings
from cin7_pipeline.warehouse.draft import Release
from dagster_project.resources import WRITER_POOL, RunLock, SettingsResource
from dagster_project.specs import (
    build_result,
    check_evaluations,
    check_specs,
    planning_models,
    planning_spec,
    refusal_evaluations,
    release_spec,
)


@dg.definitions
def defs() -> dg.Definitions:
    """Return the planning tables, each with its rules as asset checks, and the release."""
    catalogue = load_catalogue()
    planning = planning_models(catalogue)

    @dg.multi_asset(
        specs=[*(planning_spec(catalogue, model) for model in planning), release_spec(planning)],
        check_specs=[spec for model in planning for spec in check_specs(model)],
        pool=WRITER_POOL,
    )
    def release(
        context: dg.AssetExecutionContext, settings: SettingsResource, run_lock: RunLock
    ) -> Iterator[dg.MaterializeResult[None] | dg.AssetCheckEvaluation]:
        """Build and check all tables, then publish `planning.duckdb` and its Parquet twins."""
        run_settings = settings.load()
        reports: list[BuildReport] = []
        try:
            made = publish_release(run_settings, only_news=True, on_report=reports.append)
        except ModelBuildFailed as refusal:
            yield from _evaluations(reports)
            yield from refusal_evaluations(catalogue, refusal)
            raise dg.Failure(str(refusal)) from None
        if made is None:
            context.log.info("Nothing is new since the last release; it stays the current one.")
            return
        yield from _evaluations(reports)
        for report in reports:
            if report.model in planning:
                yield build_result(report)
        yield dg.MaterializeResult(
            asset_key=release_spec(planning).key, metadata=_release_metadata(run_settings, made)
        )

    def _evaluations(reports: list[BuildReport]) -> Iterator[dg.AssetCheckEvaluation]:
        """Yield what the checks of the planning tables found, with the warnings of what they are made of."""
        warnings: dict[str, list[str]] = defaultdict(list)
        for report in reports:
            model = report.model
            if model in planning:
                made_of = catalogue.upstream([model.name])
                inherited = [text for found in made_of for text in warnings[found.name]]
                yield from check_evaluations(model, report.checks, inherited)
            warnings[model.name] += [
                f"{model.name}: {result}" for result in report.checks if not result.passed
            ]

    return dg.Definitions(assets=[release])


def _release_metadata(settings: Settings, release: Release) -> dict[str, Any]:
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
