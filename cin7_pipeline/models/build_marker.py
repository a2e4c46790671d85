"""The note that is there from the start of a build until all it was asked for passed.

While it is there, tables of two builds stand side by side, so that nothing is published; it also says to
people what failed and since when. What is built, and what is published, is decided elsewhere.
"""

import json
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from cin7_pipeline.files import private_folder, write_atomic


@dataclass(frozen=True)
class FailedBuild:
    """Builds in a row that did not pass: when the first began, and what stopped the last.

    `problem` is None where the last one is still running, or was killed.
    """

    since: datetime
    problem: str | None = None

    def __str__(self) -> str:
        moment = f"{self.since:%Y-%m-%d %H:%M} UTC"
        if self.problem is None:
            return f"the build that began at {moment} is still running or was stopped"
        return f"no build has passed since {moment}: {self.problem}"


def failed_build(note: Path) -> FailedBuild | None:
    """What the note says; None where the last build passed."""
    try:
        text, touched = note.read_text(encoding="utf-8"), note.stat().st_mtime
    except FileNotFoundError:
        return None
    try:
        facts = json.loads(text)
        return FailedBuild(datetime.fromisoformat(facts["since"]), facts["problem"])
    except (ValueError, KeyError, TypeError):
        # Of an earlier version, or damaged: that it is there says enough.
        return FailedBuild(datetime.fromtimestamp(touched, UTC))


@contextmanager
def mark_until_passed(note: Path, now: datetime, *, is_whole: bool) -> Iterator[None]:
    """Keep the note while the block runs, and after it where the block fails.

    A build of a part does not mend what an earlier one left unfinished, so that it leaves that one's note.
    """
    earlier = failed_build(note)
    since = now if earlier is None else earlier.since
    _write(note, FailedBuild(since))
    try:
        yield
    except Exception as error:
        with suppress(OSError):  # a full disk takes no note; what failed is told all the same
            _write(note, FailedBuild(since, _in_one_line(error)))
        raise
    if is_whole or earlier is None:
        note.unlink(missing_ok=True)
    else:
        _write(note, earlier)


def _in_one_line(error: Exception) -> str:
    """What went wrong, for a sentence; DuckDB's own errors have several lines, others none."""
    return " ".join(str(error).split()) or type(error).__name__


def _write(note: Path, build: FailedBuild) -> None:
    private_folder(note.parent)
    facts = {"since": build.since.isoformat(), "problem": build.problem}
    write_atomic(note, json.dumps(facts).encode())
