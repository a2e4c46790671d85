"""This module sets what holds for a whole process: its umask, and settings of the libraries it loads with.

Entry points call `configure` before anything else: the `cin7` command, `python -m dagster_project` and the
Dagster definitions. The library itself never does: a program that imports it keeps its own umask and its own
settings, and loads the same rows, only slower and more talkative. What a load is wrong without, or what would
show a secret or report to somebody else, is not left to the caller: it is set where it is used
(`load/merge.py`, `omni/client.py`).
"""

import logging
import os

from stamina.instrumentation import RetryDetails, set_on_retry_hooks

PRIVATE_UMASK = 0o077

# Read by each library at its first use, so that none is imported before it is needed.
LIBRARY_SETTINGS = {
    # Arrow's own pool gives memory back and asks for it again with every page: a tenth of the time.
    "ARROW_DEFAULT_MEMORY_POOL": "system",
    # What fails in dlt is raised and reported once by who catches it, not logged with tracebacks besides.
    "RUNTIME__LOG_LEVEL": "CRITICAL",
}

# A retry is reported as the client's own, whoever sets up the process.
logger = logging.getLogger("cin7_pipeline.omni.client")


def configure() -> None:
    """Close new files to other users, set up the libraries, and log each retry of a call."""
    os.umask(PRIVATE_UMASK)
    os.environ |= LIBRARY_SETTINGS
    # Else dlt logs to what standard error is at its first load, a progress bar, and keeps it past the end.
    logging.getLogger("dlt").addHandler(logging.NullHandler())
    # stamina would print retries to standard output, where tables and reports are read from.
    set_on_retry_hooks([_log_retry])


def _log_retry(details: RetryDetails) -> None:
    # What is tried again at once is no news to anybody.
    logger.log(
        logging.WARNING if details.wait_for >= 1 else logging.INFO,
        "%s. Trying again in %.0f s (attempt %d).",
        details.caused_by,
        details.wait_for,
        details.retry_num + 1,
    )
