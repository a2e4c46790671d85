"""This module defines the step of a daily run: Cin7 is read, the tables are built, checked and published.

It is one step because Dagster starts none after one of which something failed, and what could be read is
published also where an entity could not: then the step fails in the end, and the run with it.
"""

from collections.abc import Iterator

import dagster as dg
from pydantic import Field

from cin7_pipeline.alerts import send_heartbeat
from cin7_pipeline.lake.publish import publish_to_lake
from cin7_pipeline.models.catalogue import load_catalogue
from cin7_pipeline.omni.endpoints import ENDPOINTS
from cin7_pipeline.pipeline import was_read
from dagster_project.defs.planning import make_release, release_specs
from dagster_project.defs.raw import Result, read_tables
from dagster_project.resources import WRITER_POOL, RunLock, SettingsResource
from dagster_project.specs import check_specs, planning_models, raw_specs, record_check_spec


class SyncConfig(dg.Config):
    """How far back documents are read."""

    lookback_days: int | None = Field(
        default=None, ge=1, description="Days; when empty, the settings say it for each entity."
    )


@dg.definitions
def defs() -> dg.Definitions:
    """Return the raw tables, the planning tables with their rules as asset checks, and the release."""
    catalogue = load_catalogue()

    @dg.multi_asset(
        specs=[
            *(spec for endpoint in ENDPOINTS.values() for spec in raw_specs(endpoint)),
            *release_specs(catalogue),
        ],
        check_specs=[
            *(record_check_spec(endpoint) for endpoint in ENDPOINTS.values()),
            *(spec for model in planning_models(catalogue) for spec in check_specs(model)),
        ],
        can_subset=True,
        pool=WRITER_POOL,
    )
    def sync(
        context: dg.AssetExecutionContext,
        config: SyncConfig,
        settings: SettingsResource,
        run_lock: RunLock,
    ) -> Iterator[Result]:
        """Read what is selected of Cin7, make the release where it is selected, then tell what failed."""
        run_settings = settings.load()
        outcome = yield from read_tables(context, run_settings, config.lookback_days)
        if not was_read(run_settings):
            outcome.raise_failures()
        yield from make_release(context, run_settings, catalogue)
        outcome += publish_to_lake(run_settings)
        outcome.raise_failures()
        send_heartbeat(run_settings)

    return dg.Definitions(assets=[sync])
