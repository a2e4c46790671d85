"""This module defines the assets of the SQL models: one per file, with its rules as asset checks."""

from collections.abc import Iterator

import dagster as dg

from cin7_pipeline.models.build import ModelBuildFailed
from cin7_pipeline.models.catalogue import load_catalogue
from cin7_pipeline.models.lineage import column_lineage
from cin7_pipeline.pipeline import TABLES, build_models
from dagster_project.resources import WRITER_POOL, RunLock, SettingsResource
from dagster_project.specs import build_result, check_result, check_specs, model_spec, table_key


@dg.definitions
def defs() -> dg.Definitions:
    """Return the models in `sql/` as one step: each is built and audited in its own transaction."""
    catalogue = load_catalogue()

    @dg.multi_asset(
        specs=[model_spec(model) for model in catalogue.models],
        check_specs=[spec for model in catalogue.models for spec in check_specs(model)],
        can_subset=True,
        pool=WRITER_POOL,
    )
    def models(
        context: dg.AssetExecutionContext, settings: SettingsResource, run_lock: RunLock
    ) -> Iterator[dg.MaterializeResult[None] | dg.AssetCheckResult]:
        """Build the selected models in their order."""
        chosen = [
            m.name for m in catalogue.models if table_key(m.name) in context.selected_asset_keys
        ]
        try:
            for report in build_models(settings.load(), only=chosen):
                yield build_result(report, column_lineage(catalogue, report.model, TABLES))
        except ModelBuildFailed as refusal:
            yield from (check_result(refusal.model, result) for result in refusal.results)
            raise dg.Failure(str(refusal)) from None

    return dg.Definitions(assets=[models])
