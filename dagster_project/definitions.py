"""Everything Dagster loads: what stands in `defs/`, the settings resource, one process for a run."""

from pathlib import Path

import dagster as dg

from cin7_pipeline.files import PRIVATE_FOLDER, set_mode
from cin7_pipeline.runtime import configure
from dagster_project.resources import SettingsResource, Turn

# Where `make run` and `make ui` keep Dagster's history; git gives the folder no mode of its own.
HOME = Path(__file__).parents[1] / "data" / "dagster_home"


@dg.definitions
def defs() -> dg.Definitions:
    """All definitions; loading them reads no credential and opens no connection.

    It closes this project's Dagster home to other users, before a first run writes into it.
    """
    configure()
    if HOME.exists():
        set_mode(HOME, PRIVATE_FOLDER)
    return dg.Definitions.merge(
        dg.load_from_defs_folder(path_within_project=Path(__file__).parent),
        dg.Definitions(
            resources={"settings": SettingsResource(), "turn": Turn()},
            executor=dg.in_process_executor,
        ),
    )
