"""Assets of the schemas that models make: one per SQL file, with its rules as asset checks."""

from collections.abc import Iterator

import dagster as dg

from cin7_pipeline.models.build import ModelBuildFailed
from cin7_pipeline.models.catalogue import load_catalogue
from cin7_pipeline.models.lineage import column_lineage
from cin7_pipeline.pipeline import build_models
from cin7_pipeline.warehouse.raw_tables import table_columns
from dagster_project.partitions import WRITER_POOL
from dagster_project.resources import SettingsResource, Turn
from dagster_project.specs import (
    build_result,
    check_result,
    check_specs,
    model_spec,
    table_key,
)


@dg.definitions
def defs() -> dg.Definitions:
    """The models that stand in `sql/`."""
    return dg.Definitions(assets=[models_asset()])


def models_asset() -> dg.AssetsDefinition:
    """All models as one step: each is built and audited in its own transaction, in order."""
    catalogue = load_catalogue()

    @dg.multi_asset(
        name="models",
        specs=[model_spec(model) for model in catalogue.models],
        check_specs=[spec for model in catalogue.models for spec in check_specs(model)],
        can_subset=True,
        pool=WRITER_POOL,
    )
    def models(
        context: dg.AssetExecutionContext, settings: SettingsResource, turn: Turn
    ) -> Iterator[dg.MaterializeResult[None] | dg.AssetCheckResult]:
        chosen = [
            m.name for m in catalogue.models if table_key(m.name) in context.selected_asset_keys
        ]
        run_settings = settings.load()
        turn.take(run_settings, context)
        try:
            for report in build_models(run_settings, only=chosen):
                yield build_result(report, column_lineage(catalogue, report.model, table_columns()))
        except ModelBuildFailed as refusal:
            yield from (check_result(refusal.model, result) for result in refusal.results)
            raise dg.Failure(str(refusal)) from None

    return models
