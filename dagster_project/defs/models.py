"""This module defines the assets of schema `planning`: one per table, with its rules as asset checks.

The models of the other schemas, of which planning tables are made, are built with them and are no assets.
"""

from collections.abc import Iterator

import dagster as dg

from cin7_pipeline.models.build import ModelBuildFailed
from cin7_pipeline.models.catalogue import load_catalogue
from cin7_pipeline.pipeline import build_models
from dagster_project.resources import WRITER_POOL, RunLock, SettingsResource
from dagster_project.specs import (
    build_result,
    check_evaluations,
    check_specs,
    planning_models,
    planning_spec,
    refusal_evaluations,
    table_key,
)


@dg.definitions
def defs() -> dg.Definitions:
    """Return the planning tables as one step: each is built and audited in its own transaction."""
    catalogue = load_catalogue()
    planning = planning_models(catalogue)

    @dg.multi_asset(
        specs=[planning_spec(catalogue, model) for model in planning],
        check_specs=[spec for model in planning for spec in check_specs(model)],
        can_subset=True,
        pool=WRITER_POOL,
    )
    def models(
        context: dg.AssetExecutionContext, settings: SettingsResource, run_lock: RunLock
    ) -> Iterator[dg.MaterializeResult[None] | dg.AssetCheckEvaluation]:
        """Build the tables selected, or of which a check is, and what they are made of, in their order."""
        selected = context.selected_asset_keys
        checked = {check.asset_key for check in context.selected_asset_check_keys}
        chosen = {m.name for m in planning if table_key(m.name) in selected | checked}
        # All tables are the whole build, with the models that only `cin7 why` reads.
        only = None if len(chosen) == len(planning) else [f"+{name}" for name in chosen]
        warnings: dict[str, list[str]] = {}
        try:
            for report in build_models(settings.load(), only=only):
                model = report.model
                made_of = catalogue.upstream([model.name])
                inherited = [text for found in made_of for text in warnings.get(found.name, ())]
                if table_key(model.name) in selected:
                    yield build_result(report)
                if model.name in chosen:
                    yield from check_evaluations(model, report.checks, inherited)
                broken = [result for result in report.checks if not result.passed]
                warnings[model.name] = [f"{model.name}: {result}" for result in broken]
        except ModelBuildFailed as refusal:
            for evaluation in refusal_evaluations(catalogue, refusal):
                if evaluation.asset_key in selected | checked:
                    yield evaluation
            raise dg.Failure(str(refusal)) from None

    return dg.Definitions(assets=[models])
