"""This module ends a command that fails with one line and exit code 1; a fault of ours stays a traceback.

Types of errors are looked up when there is one, as their packages are heavy.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager

import typer

from cin7_pipeline.errors import AuditFailed, PipelineError

DISK_IS_FULL = re.compile("No space left on device|File too large|quota exceeded", re.IGNORECASE)
FREE_SPACE = "the disk is full; free some space, then run the same again: nothing was lost"

STOPPED = (
    "stopped; nothing is lost and people keep the release they have: run the same again to go on"
)
# What a shell says of a program that Ctrl-C ended.
INTERRUPTED = 130


@contextmanager
def user_errors() -> Iterator[None]:
    """Print one line and exit with code 1 for everything the library, a file or a database refuses."""
    try:
        yield
    except BrokenPipeError:  # whoever reads our output has left
        raise
    except KeyboardInterrupt:
        _complain(STOPPED)
        raise typer.Exit(INTERRUPTED) from None
    except AuditFailed as error:
        _complain(_advised(str(error)))
    except PipelineError as error:
        _complain(str(error))
    except Exception as error:
        import duckdb
        from dlt.common.exceptions import DltException

        if not isinstance(error, OSError | duckdb.Error | DltException):
            raise
        first: BaseException = error  # what went wrong first, such as a full disk
        while first.__cause__ is not None:
            first = first.__cause__
        _complain(_advised(f"{type(first).__name__}: {' '.join(str(first).split())}"))
    else:
        return
    raise typer.Exit(1)


def _advised(message: str) -> str:
    """Return the message, and what to do where the disk is the matter."""
    return f"{message}; {FREE_SPACE}" if DISK_IS_FULL.search(message) else message


def _complain(message: str) -> None:
    from cin7_pipeline.console import print_line

    print_line(f"cin7: {message}", "red")
