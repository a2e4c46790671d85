"""This module is what Dagster loads: everything in `defs/`, the resources, one process for a run."""

from pathlib import Path

import dagster as dg

from cin7_pipeline.runtime import configure
from dagster_project.resources import RunLock, SettingsResource


@dg.definitions
def defs() -> dg.Definitions:
    """Return all definitions; loading them reads no credential and writes nothing."""
    configure()
    settings = SettingsResource()
    return dg.Definitions.merge(
        dg.load_from_defs_folder(path_within_project=Path(__file__).parent),
        dg.Definitions(
            resources={"settings": settings, "run_lock": RunLock(settings=settings)},
            executor=dg.in_process_executor,
        ),
    )
