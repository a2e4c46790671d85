"""This module reads Cin7 into the tables of schema `raw`: what changed since the lookback, of every entity.

They are not `@dlt_assets`: those have dlt extract a source that is there when definitions are loaded, while
the library reads entities side by side, compares with what it has, and gives dlt the changed records only.
The step is in `sync.py`.
"""

from collections.abc import Generator, Mapping

import dagster as dg

from cin7_pipeline.load.report import LoadOutcome
from cin7_pipeline.omni.endpoints import ENDPOINTS
from cin7_pipeline.pipeline import raw_row_counts, read_entities
from cin7_pipeline.settings import Settings
from cin7_pipeline.window import Window
from dagster_project.defs.schedules import SCHEDULED
from dagster_project.specs import (
    endpoint_tables,
    load_metadata,
    raw_keys,
    record_evaluation,
    table_key,
)

Result = dg.MaterializeResult[None] | dg.AssetCheckEvaluation


def read_tables(
    context: dg.AssetExecutionContext, settings: Settings, lookback_days: int | None
) -> Generator[Result, None, LoadOutcome]:
    """Read the entities of the selected tables, documents over so many days or their own lookback.

    Yields a result for each table that was read or is skipped, and its check. One that could not be read has
    none, and its page shows why.
    """
    selected = context.selected_asset_keys
    checked = {check.asset_key for check in context.selected_asset_check_keys}
    wanted = selected | checked
    chosen = {
        name: each for name, each in ENDPOINTS.items() if not wanted.isdisjoint(raw_keys([each]))
    }
    if not chosen:
        return LoadOutcome()
    window = Window.lookback(settings.now(), lookback_days) if lookback_days else None
    outcome = read(
        context,
        settings,
        {name: window if each.lists_documents else None for name, each in chosen.items()},
    )
    row_counts = raw_row_counts(settings)
    for report in outcome.reports:
        for table in endpoint_tables(ENDPOINTS[report.entity]):
            if (key := table_key(f"raw.{table}")) in selected:
                yield dg.MaterializeResult(
                    asset_key=key, metadata=load_metadata(report, row_counts[table])
                )
        if table_key(f"raw.{report.entity}") in checked:
            yield record_evaluation(report)
    skipped = [chosen[name] for name in chosen.keys() & settings.skip_entities]
    for key in selected.intersection(raw_keys(skipped)):
        yield dg.MaterializeResult(asset_key=key, metadata={"skipped": "CIN7_SKIP_ENTITIES"})
    for name, error in outcome.failures.items():
        context.log.error(f"{name} could not be read, so its earlier data stay: {error}")
        for key in selected.intersection(raw_keys([ENDPOINTS[name]])):
            context.log_event(dg.AssetObservation(key, metadata={"not_read": str(error)}))
    return outcome


def read(
    context: dg.AssetExecutionContext, settings: Settings, windows: Mapping[str, Window | None]
) -> LoadOutcome:
    """Read entities from Cin7 into `raw`; the run's log says what is unwise and how far it is."""
    if settings.uses_sandbox:
        context.log.warning("No credentials are set: the data come from the simulated account.")
    for warning in settings.warnings():
        context.log.warning(warning)

    context.log.info(f"Reading {len(windows)} entities of Cin7")

    told: dict[str, int] = {}

    def log_every_tenth_page(entity: str, rows: int) -> None:
        # A line is an event that Dagster keeps; a page has 250 rows.
        tens = rows // 2500
        if told.get(entity) != tens:
            told[entity] = tens
            context.log.info(f"{entity}: {rows} rows")

    return read_entities(
        settings,
        windows,
        may_use_reserve=SCHEDULED.items() <= context.run_tags.items(),
        on_progress=log_every_tenth_page,
    )
