"""Everything Dagster loads: what stands in `defs/`, the settings resource, one process for a run."""

from pathlib import Path

import dagster as dg

from dagster_project.resources import SettingsResource


@dg.definitions
def defs() -> dg.Definitions:
    """All definitions; loading them reads no credential and opens no connection."""
    return dg.Definitions.merge(
        dg.load_from_defs_folder(path_within_project=Path(__file__).parent),
        dg.Definitions(
            resources={"settings": SettingsResource()},
            executor=dg.in_process_executor,
        ),
    )
