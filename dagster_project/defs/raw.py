"""Assets of schema `raw`: documents by day partitions, reference data and stock as they are now."""

from collections.abc import Iterable, Iterator, Mapping

import dagster as dg

from cin7_pipeline.load.report import LoadOutcome
from cin7_pipeline.omni.endpoint import Endpoint
from cin7_pipeline.omni.endpoints import DOCUMENTS, REFERENCE_DATA
from cin7_pipeline.pipeline import raw_row_counts, read_entities
from cin7_pipeline.settings import Settings
from cin7_pipeline.window import Window
from dagster_project.defs.jobs import daily_sync
from dagster_project.partitions import (
    DAYS_PER_BACKFILL_RUN,
    WRITER_POOL,
    history_partitions,
    is_scheduled,
    window_of,
)
from dagster_project.resources import SettingsResource, Turn
from dagster_project.specs import endpoint_tables, load_metadata, raw_specs, table_key

DOCUMENT_GROUP = "raw_documents"
REFERENCE_GROUP = "raw_reference_data"


@dg.definitions
def defs() -> dg.Definitions:
    """The raw assets; how far back documents can be asked for is a setting."""
    return dg.Definitions(assets=[documents_asset(history_partitions()), reference_data_asset()])


def documents_asset(partitions: dg.DailyPartitionsDefinition) -> dg.AssetsDefinition:
    """Documents of every kind, by the day they were created or changed."""

    @dg.multi_asset(
        name="documents",
        specs=[spec for endpoint in DOCUMENTS for spec in raw_specs(endpoint, DOCUMENT_GROUP)],
        partitions_def=partitions,
        backfill_policy=dg.BackfillPolicy.multi_run(DAYS_PER_BACKFILL_RUN),
        can_subset=True,
        pool=WRITER_POOL,
    )
    def documents(
        context: dg.AssetExecutionContext, settings: SettingsResource, turn: Turn
    ) -> Iterator[dg.MaterializeResult[None]]:
        run_settings = settings.load()
        turn.take(run_settings, context)
        window = window_of(context.partition_time_window, run_settings.now())
        yield from _read(context, run_settings, DOCUMENTS, window)

    return documents


def reference_data_asset() -> dg.AssetsDefinition:
    """What documents name, and the stock; read after them."""
    documents = tuple(endpoint.name for endpoint in DOCUMENTS)

    @dg.multi_asset(
        name="reference_data",
        specs=[
            spec
            for endpoint in REFERENCE_DATA
            for spec in raw_specs(endpoint, REFERENCE_GROUP, deps=documents)
        ],
        can_subset=True,
        pool=WRITER_POOL,
    )
    def reference_data(
        context: dg.AssetExecutionContext, settings: SettingsResource, turn: Turn
    ) -> Iterator[dg.MaterializeResult[None]]:
        run_settings = settings.load()
        turn.take(run_settings, context)
        yield from _read(context, run_settings, REFERENCE_DATA, None)

    return reference_data


def _read(
    context: dg.AssetExecutionContext,
    settings: Settings,
    endpoints: Iterable[Endpoint],
    window: Window | None,
) -> Iterator[dg.MaterializeResult[None]]:
    """Read the selected endpoints and report each; what failed fails the step after the rest is kept."""
    chosen = {
        endpoint.name: endpoint
        for endpoint in endpoints
        if any(
            table_key(f"raw.{t}") in context.selected_asset_keys for t in endpoint_tables(endpoint)
        )
    }
    _log_account(context, settings)
    outcome = read_entities(
        settings,
        {name: entity_window(settings, name, window, context.job_name) for name in chosen},
        may_use_reserve=is_scheduled(context.run_tags),
        on_progress=lambda entity, rows: context.log.info(f"{entity}: {rows} rows"),
    )
    counts = raw_row_counts(settings)
    yield from _results(context, chosen, outcome, counts)
    skipped = chosen.keys() & settings.skip_entities
    for table in (table for name in skipped for table in endpoint_tables(chosen[name])):
        if (key := table_key(f"raw.{table}")) in context.selected_asset_keys:
            yield dg.MaterializeResult(asset_key=key, metadata={"skipped": "CIN7_SKIP_ENTITIES"})
    outcome.raise_failures()


def entity_window(
    settings: Settings, entity: str, window: Window | None, job_name: str
) -> Window | None:
    """In the daily sync an entity with a lookback of its own keeps to it; other ranges are as asked."""
    is_lookback = window is not None and window.end is None and job_name == daily_sync.name
    return None if is_lookback and entity in settings.lookback_days_for else window


def _log_account(context: dg.AssetExecutionContext, settings: Settings) -> None:
    if settings.uses_sandbox:
        context.log.warning("No credentials are set: the data come from the simulated account.")
    for warning in settings.warnings():
        context.log.warning(warning)


def _results(
    context: dg.AssetExecutionContext,
    chosen: Mapping[str, Endpoint],
    outcome: LoadOutcome,
    counts: Mapping[str, int],
) -> Iterator[dg.MaterializeResult[None]]:
    for report in outcome.reports:
        for table in endpoint_tables(chosen[report.entity]):
            key = table_key(f"raw.{table}")
            if key in context.selected_asset_keys:
                yield dg.MaterializeResult(
                    asset_key=key, metadata=load_metadata(report, counts[table])
                )
