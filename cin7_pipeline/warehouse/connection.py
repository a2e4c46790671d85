"""This module opens short connections to DuckDB files and says in words when a file is in use.

DuckDB lets one process write a file *or* many read it, so no connection outlives its `with`. Which run may
write at all is decided by `lock`.
"""

import os
import re
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, closing, contextmanager
from functools import partial
from pathlib import Path
from typing import TypeVar

import duckdb
from duckdb import DuckDBPyConnection

from cin7_pipeline.errors import PipelineError, WarehouseBusy
from cin7_pipeline.files import PRIVATE_FILE, public_folder, set_mode
from cin7_pipeline.settings import Settings

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
    """Open a connection to the file, in UTC, and close it when the block ends; create a missing file.

    Raises:
        WarehouseBusy: another connection holds the file for longer than `wait_seconds`.
        PipelineError: the file is to be read and does not exist.
        KeyboardInterrupt: Ctrl-C, or what a scheduler sends instead, came during a query.
    """
    require_file(path) if read_only else public_folder(path.parent)
    attempt = partial(duckdb.connect, path, read_only=read_only)
    opened = when_free(path, attempt, wait_seconds=wait_seconds)
    with closing(opened) as connection, interruptible():
        if not read_only:
            set_mode(path, PRIVATE_FILE)
        for option in OPTIONS:
            connection.execute(option)
        yield connection


def open_release(settings: Settings) -> AbstractContextManager[DuckDBPyConnection]:
    """Open the release that people read, as `open_warehouse` does a file."""
    return open_warehouse(settings.alias_path, read_only=True)


@contextmanager
def interruptible() -> Iterator[None]:
    """Raise `KeyboardInterrupt` where DuckDB made an error of its own out of one."""
    try:
        yield
    except RuntimeError as error:
        if str(error) == INTERRUPTED:
            raise KeyboardInterrupt from None
        raise


@contextmanager
def transaction(connection: DuckDBPyConnection) -> Iterator[None]:
    """Commit what the block did when it ends; take all of it back where it fails."""
    connection.execute("begin")
    try:
        yield
    except BaseException:
        connection.execute("rollback")
        raise
    connection.execute("commit")


def require_file(path: Path) -> None:
    """Refuse a database that does not exist yet.

    Raises:
        PipelineError: says what makes it.
    """
    if not path.exists():
        msg = f"{path} does not exist yet; read Cin7 first: cin7 sync"
        raise PipelineError(msg)


def when_free(path: Path, attempt: Callable[[], Result], *, wait_seconds: float) -> Result:
    """Return what `attempt` returns; repeat it for as long as somebody else has the file open.

    Raises:
        WarehouseBusy: the file was never free for `wait_seconds`.
    """
    give_up_at = time.monotonic() + wait_seconds
    while True:
        try:
            return attempt()
        except duckdb.Error as error:
            if not IN_USE.search(str(error)):
                raise
            if time.monotonic() >= give_up_at:
                # DuckDB names another process that holds the file, but not our own.
                holder = re.search(r"held in (.*?) \(PID (\d+)\)", str(error))
                who = (
                    f"{holder[1]} (PID {holder[2]})"
                    if holder
                    else f"this process (PID {os.getpid()})"
                )
                remedy = (
                    "close that DuckDB shell or program" if holder else "close its other connection"
                )
                msg = f"{path} has been in use by {who} for {wait_seconds:g} s; {remedy}, then run again"
                raise WarehouseBusy(msg) from None
        time.sleep(RETRY_SECONDS)
