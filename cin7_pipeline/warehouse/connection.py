"""Short connections to DuckDB files, always closed, with words for a file that is in use.

DuckDB lets one process write a file *or* many read it, so nothing here outlives its `with`.
Not here: which run may write at all (`lock`), and what people read (`publish`).
"""

import os
import re
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TypeVar

import duckdb
from duckdb import DuckDBPyConnection

from cin7_pipeline.errors import PipelineError, WarehouseBusy
from cin7_pipeline.files import PRIVATE_FILE, public_folder, set_mode

RETRY_SECONDS = 0.2
IN_USE = re.compile(
    "Could not set lock on file|different configuration than existing|Unique file handle conflict"
)
# What DuckDB turns Ctrl-C during a query into; the exception of the signal's handler is lost.
INTERRUPTED = "Query interrupted"
# Tables have no order to keep, which saves memory; and nothing is ever fetched from the network.
OPTIONS = (
    "set TimeZone = 'UTC'",
    "set preserve_insertion_order = false",
    "set autoinstall_known_extensions = false",
)
Result = TypeVar("Result")


@contextmanager
def open_warehouse(
    path: Path, *, read_only: bool = False, wait_seconds: float = 30
) -> Iterator[DuckDBPyConnection]:
    """A connection to the file, in UTC, closed when the block ends; a new file is created.

    What DuckDB writes meanwhile is the user's alone.

    Raises:
        WarehouseBusy: another connection holds the file for longer than `wait_seconds`.
        PipelineError: the file is to be read and does not exist.
        KeyboardInterrupt: Ctrl-C, or what a scheduler sends instead, came during a query.
    """
    require_file(path) if read_only else public_folder(path.parent)

    def connect() -> DuckDBPyConnection:
        return duckdb.connect(path, read_only=read_only)

    with closing(when_free(path, connect, wait_seconds=wait_seconds)) as opened:
        if not read_only:
            set_mode(path, PRIVATE_FILE)
        for option in OPTIONS:
            opened.execute(option)
        with _interruptible():
            yield opened


@contextmanager
def _interruptible() -> Iterator[None]:
    """Ctrl-C during a query is Ctrl-C again."""
    try:
        yield
    except RuntimeError as error:
        if str(error) != INTERRUPTED:
            raise
        raise KeyboardInterrupt from None


def require_file(path: Path) -> None:
    """Refuse a database that is not there yet, in words.

    Raises:
        PipelineError: the file does not exist.
    """
    if not path.exists():
        msg = f"{path} does not exist yet; read Cin7 first: cin7 sync"
        raise PipelineError(msg)


def when_free(path: Path, attempt: Callable[[], Result], *, wait_seconds: float) -> Result:
    """What `attempt` returns, tried again for as long as somebody else has the file open.

    Raises:
        WarehouseBusy: it was never free for `wait_seconds`.
    """
    give_up_at = time.monotonic() + wait_seconds
    while True:
        try:
            return attempt()
        except duckdb.Error as error:
            if not IN_USE.search(str(error)):
                raise
            if time.monotonic() >= give_up_at:
                raise WarehouseBusy(_busy_message(path, error, wait_seconds)) from None
        time.sleep(RETRY_SECONDS)


def _busy_message(path: Path, error: duckdb.Error, wait_seconds: float) -> str:
    """Who has the file, as DuckDB says it; its text differs for other processes and our own."""
    holder = re.search(r"held in (.*?) \(PID (\d+)\)", str(error))
    who = f"{holder[1]} (PID {holder[2]})" if holder else f"this process (PID {os.getpid()})"
    remedy = "close that DuckDB shell or program" if holder else "close its other connection"
    return f"{path} has been in use by {who} for {wait_seconds:g} s; {remedy}, then run again"
