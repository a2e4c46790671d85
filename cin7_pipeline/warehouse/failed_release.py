"""This module keeps the note of releases that could not be made: people read an older one meanwhile."""

import json
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from cin7_pipeline.files import write_atomic


@dataclass(frozen=True)
class FailedRelease:
    """Releases in a row that could not be made: when the first failed, and why the last did."""

    since: datetime
    problem: str

    def __str__(self) -> str:
        return f"no release could be made since {self.since:%Y-%m-%d %H:%M} UTC: {self.problem}"


def last_failure(note: Path) -> FailedRelease | None:
    """Return what the note says; None where the last release was made, or the note is damaged."""
    try:
        facts = json.loads(note.read_text(encoding="utf-8"))
        return FailedRelease(datetime.fromisoformat(facts["since"]), facts["problem"])
    except (FileNotFoundError, ValueError, KeyError, TypeError):
        return None


@contextmanager
def noted(note: Path, now: datetime) -> Iterator[None]:
    """Write the note where the block fails, and remove it where it does not."""
    try:
        yield
    except Exception as error:
        earlier = last_failure(note)
        # DuckDB's own errors have several lines, others have no text.
        problem = " ".join(str(error).split()) or type(error).__name__
        since = (now if earlier is None else earlier.since).isoformat()
        # A full disk takes no note; the error itself is raised all the same.
        with suppress(OSError):
            write_atomic(note, json.dumps({"since": since, "problem": problem}).encode())
        raise
    note.unlink(missing_ok=True)
