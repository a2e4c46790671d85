"""This module keeps the marker file that exists while a build runs and after it failed.

While it exists, tables of two builds may lie side by side, so that publishing is refused; it also tells
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
        since = f"{self.since:%Y-%m-%d %H:%M} UTC"
        if self.problem is None:
            return f"the build that began at {since} is still running or was stopped"
        return f"no build has passed since {since}: {self.problem}"


def failed_build(marker: Path) -> FailedBuild | None:
    """Return what the marker says; None where the last build passed."""
    try:
        text, touched = marker.read_text(encoding="utf-8"), marker.stat().st_mtime
    except FileNotFoundError:
        return None
    try:
        facts = json.loads(text)
        return FailedBuild(datetime.fromisoformat(facts["since"]), facts["problem"])
    except (ValueError, KeyError, TypeError):
        # Of an earlier version, or damaged: that it exists says enough.
        return FailedBuild(datetime.fromtimestamp(touched, UTC))


@contextmanager
def mark_until_passed(marker: Path, now: datetime, *, is_whole: bool) -> Iterator[None]:
    """Keep the marker while the block runs, and after it where the block fails.

    A partial build that passes does not clear the marker of an earlier failed build.
    """
    earlier = failed_build(marker)
    since = now if earlier is None else earlier.since
    _write(marker, FailedBuild(since))
    try:
        yield
    except Exception as error:
        # DuckDB's own errors have several lines, others have no text.
        problem = " ".join(str(error).split()) or type(error).__name__
        with suppress(
            OSError
        ):  # a full disk takes no marker; the error itself is raised all the same
            _write(marker, FailedBuild(since, problem))
        raise
    if is_whole or earlier is None:
        marker.unlink(missing_ok=True)
    else:
        _write(marker, earlier)


def _write(marker: Path, build: FailedBuild) -> None:
    private_folder(marker.parent)
    facts = {"since": build.since.isoformat(), "problem": build.problem}
    write_atomic(marker, json.dumps(facts).encode())
