"""This module is a process that obeys its input line by line, and logs all that any library has to say.

Each line of its input is JSON: `["cin7", …]` runs the command, `["job", ASSET, …]` the daily job of these
assets or of all on the instance of DAGSTER_HOME, `["load", ENTITY]` a load whose failure is logged with
its traceback.
"""

import functools
import json
import logging
import sys

import dagster as dg

from cin7_pipeline import runtime
from cin7_pipeline.cli import app
from cin7_pipeline.omni import client
from cin7_pipeline.omni.retry import RetryPolicy
from cin7_pipeline.pipeline import read_entities
from cin7_pipeline.settings import load_settings
from dagster_project.definitions import defs

DONE = "-- done --"
logger = logging.getLogger("noisy_server")


def command(*arguments: str) -> None:
    """The `cin7` command."""
    try:
        app(arguments)
    except SystemExit as end:
        logger.info("exit code %s", end.code)


def job(*assets: str) -> None:
    """The daily job over the last two days, with Dagster's own logging."""
    keys = [dg.AssetKey.from_user_string(name) for name in assets]
    daily_sync = defs().resolve_job_def("daily_sync")
    with dg.DagsterInstance.get() as instance:
        result = daily_sync.execute_in_process(
            instance=instance,
            run_config={"ops": {"sync": {"config": {"lookback_days": 2}}}},
            asset_selection=keys or None,
            raise_on_error=False,
        )
    logger.info("job succeeded: %s", result.success)


def load(entity: str) -> None:
    """A load as a program of one's own would do it."""
    try:
        read_entities(load_settings(), {entity: None}).raise_failures()
    except Exception:
        logger.exception("The load of %s failed.", entity)


def main() -> None:
    """Work until the input ends."""
    logging.basicConfig(level=logging.DEBUG, stream=sys.stderr)
    logging.captureWarnings(True)
    runtime.LIBRARY_SETTINGS["RUNTIME__LOG_LEVEL"] = "DEBUG"
    # Its loggers hand nothing up.
    logging.getLogger("dlt").addHandler(logging.StreamHandler(sys.stderr))
    runtime.configure()
    client.RetryPolicy = functools.partial(RetryPolicy, scale=0)
    for line in sys.stdin:
        what, *arguments = json.loads(line)
        {"cin7": command, "job": job, "load": load}[what](*arguments)
        print(DONE, flush=True)  # noqa: T201


if __name__ == "__main__":
    main()
