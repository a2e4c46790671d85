"""This module defines the assets of schema `raw`: what changed since the lookback, of every entity.

They are not `@dlt_assets`: those have dlt extract a source that is there when definitions are loaded, while
the library reads entities side by side, compares with what it has, and gives dlt the changed records only.
"""

from collections.abc import Iterable, Iterator, Mapping

import dagster as dg
from pydantic import Field

from cin7_pipeline.load.report import LoadOutcome
from cin7_pipeline.omni.endpoint import Endpoint
from cin7_pipeline.omni.endpoints import DOCUMENTS, REFERENCE_DATA
from cin7_pipeline.pipeline import raw_row_counts, read_entities
from cin7_pipeline.settings import Settings
from cin7_pipeline.window import Window
from dagster_project.defs.schedules import SCHEDULED
from dagster_project.resources import WRITER_POOL, RunLock, SettingsResource
from dagster_project.specs import (
    endpoint_tables,
    load_metadata,
    raw_keys,
    raw_specs,
    record_check_spec,
    record_evaluation,
    table_key,
)

Result = dg.MaterializeResult[None] | dg.AssetCheckEvaluation


class DocumentsConfig(dg.Config):
    """How far back documents are read."""

    lookback_days: int | None = Field(
        default=None, ge=1, description="Days; when empty, the settings say it for each entity."
    )


@dg.multi_asset(
    specs=[spec for endpoint in DOCUMENTS for spec in raw_specs(endpoint)],
    check_specs=[record_check_spec(endpoint) for endpoint in DOCUMENTS],
    can_subset=True,
    pool=WRITER_POOL,
)
def documents(
    context: dg.AssetExecutionContext,
    config: DocumentsConfig,
    settings: SettingsResource,
    run_lock: RunLock,
) -> Iterator[Result]:
    """Read documents of every kind."""
    run_settings, days = settings.load(), config.lookback_days
    window = Window.lookback(run_settings.now(), days) if days else None
    yield from _materialize(context, run_settings, DOCUMENTS, window)


@dg.multi_asset(
    specs=[spec for endpoint in REFERENCE_DATA for spec in raw_specs(endpoint)],
    check_specs=[record_check_spec(endpoint) for endpoint in REFERENCE_DATA],
    can_subset=True,
    pool=WRITER_POOL,
)
def reference_data(
    context: dg.AssetExecutionContext, settings: SettingsResource, run_lock: RunLock
) -> Iterator[Result]:
    """Read what documents name, and the stock, after the documents."""
    yield from _materialize(context, settings.load(), REFERENCE_DATA, None)


def _materialize(
    context: dg.AssetExecutionContext,
    settings: Settings,
    endpoints: Iterable[Endpoint],
    window: Window | None,
) -> Iterator[Result]:
    """Read the selected endpoints and yield a result per table; raise what failed when the rest is kept."""
    selected = context.selected_asset_keys
    checked = {check.asset_key for check in context.selected_asset_check_keys}
    wanted = selected | checked
    chosen = {kind.name: kind for kind in endpoints if not wanted.isdisjoint(raw_keys([kind]))}
    outcome = read(context, settings, dict.fromkeys(chosen, window))
    row_counts = raw_row_counts(settings)
    for report in outcome.reports:
        for table in endpoint_tables(chosen[report.entity]):
            if (key := table_key(f"raw.{table}")) in selected:
                yield dg.MaterializeResult(
                    asset_key=key, metadata=load_metadata(report, row_counts[table])
                )
        if table_key(f"raw.{report.entity}") in checked:
            yield record_evaluation(report)
    skipped = [chosen[name] for name in chosen.keys() & settings.skip_entities]
    for key in selected.intersection(raw_keys(skipped)):
        yield dg.MaterializeResult(asset_key=key, metadata={"skipped": "CIN7_SKIP_ENTITIES"})
    outcome.raise_failures()


def read(
    context: dg.AssetExecutionContext, settings: Settings, windows: Mapping[str, Window | None]
) -> LoadOutcome:
    """Read entities from Cin7 into `raw`; the run's log says what is unwise and how far it is."""
    if settings.uses_sandbox:
        context.log.warning("No credentials are set: the data come from the simulated account.")
    for warning in settings.warnings():
        context.log.warning(warning)

    def log_every_tenth_page(entity: str, rows: int) -> None:
        # A line is an event that Dagster keeps; a page has 250 rows.
        if rows // 2500 > (rows - 250) // 2500:
            context.log.info(f"{entity}: {rows} rows")

    return read_entities(
        settings,
        windows,
        may_use_reserve=SCHEDULED.items() <= context.run_tags.items(),
        on_progress=log_every_tenth_page,
    )
