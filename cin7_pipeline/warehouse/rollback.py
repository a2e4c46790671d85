"""Back to a release that is kept: people read it until the next publish goes forward again.

A release is never written again and never removed while people read it, so that going back is one more
flip of the links. Not here: the links (`releases`) and how a release is made (`publish`).
"""

import json
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path

from cin7_pipeline.errors import PipelineError
from cin7_pipeline.warehouse.releases import Releases
from cin7_pipeline.whole_files import write_whole


@dataclass(frozen=True)
class Rollback:
    """People read the release `shown` instead of `left`, since `rolled_back_at` (ISO 8601, UTC)."""

    shown: str
    left: str
    rolled_back_at: str

    def __str__(self) -> str:
        since = f"{datetime.fromisoformat(self.rolled_back_at):%Y-%m-%d %H:%M} UTC"
        return f"rolled back to {self.shown} from {self.left} since {since}"


def roll_back(data_dir: Path, to: str | None, *, now: datetime) -> Rollback:
    """Show the release called `to`, or the newest one older than what is shown.

    Raises:
        PipelineError: nothing is published, or no such release is kept; the message names those that are.
    """
    releases = Releases(data_dir)
    _shown(releases)  # where nothing is published there is no folder to lock
    with releases.lock():
        left = _shown(releases)  # again, as the lock may have waited for a publish
        shown = _named(releases, to) if to is not None else _before(releases, left)
        rollback = Rollback(shown, left, now.isoformat(timespec="seconds"))
        # First: a kill must not leave people reading what nobody tells of.
        write_whole(_note_file(releases), json.dumps(asdict(rollback)).encode())
        releases.show(shown)
    return rollback


def current_rollback(data_dir: Path) -> Rollback | None:
    """The rollback whose release people still read; none once a publish has gone forward."""
    releases = Releases(data_dir)
    note = _note_file(releases)
    if not note.exists():
        return None
    rollback = Rollback(**json.loads(note.read_text(encoding="utf-8")))
    is_newest = releases.kept()[:1] == [rollback.shown]
    return rollback if releases.shown() == rollback.shown and not is_newest else None


def _shown(releases: Releases) -> str:
    shown = releases.shown()
    if shown is None:
        msg = "nothing is published, so there is nothing to roll back: run `cin7 sync`"
        raise PipelineError(msg)
    return shown


def _named(releases: Releases, name: str) -> str:
    wanted, kept = name.removesuffix(".duckdb"), releases.kept()
    if wanted not in kept:
        msg = f"no release is called {name!r}; kept are {', '.join(kept)}"
        raise PipelineError(msg)
    return wanted


def _before(releases: Releases, shown: str) -> str:
    """The next older release; names sort by moment, but for the number within a second."""
    kept = releases.kept()
    older = kept[kept.index(shown) + 1 :] if shown in kept else kept
    if not older:
        msg = (
            f"no release older than {shown} is kept (CIN7_KEEP_RELEASES says how many are):"
            " mend what is wrong, then run `cin7 build` and `cin7 publish`"
        )
        raise PipelineError(msg)
    return older[0]


def _note_file(releases: Releases) -> Path:
    return releases.folder / "rollback.json"
