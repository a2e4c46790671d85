"""This module keeps releases: it names, shows and removes them, and rolls back to an earlier one.

A release is a folder: the database, its Parquet twins, and a manifest. People reach it through
`releases/current`, a link that is flipped in one rename; how a release is written is in `draft`.
"""

import json
import os
import re
import shutil
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from filelock import FileLock

from cin7_pipeline.errors import PipelineError
from cin7_pipeline.files import PRIVATE_FILE, fsync, write_atomic

# Not `planning`: attached under that name, the database and its schema could not be told apart.
DATABASE = "cin7.duckdb"
PAGE = "planning.html"
TABLES_PAGE = "tables.html"
WORKBOOK = "planning.xlsx"
CONTRACT = "contract.json"
STAMP = "%Y%m%dT%H%M%SZ"
# When it was made, the fixed time that it describes, and its number within the second.
NAME = re.compile(r"planning-(\d{8}T\d{6}Z)(?:-as-of-\d{8}T\d{6}Z)?(?:-(\d+))?")

# Of what is older than the newest, the last release of each of so many days, weeks and months stays.
PERIODS = (("%Y-%m-%d", 14), ("%G-%V", 8), ("%Y-%m", 12))


@dataclass(frozen=True)
class KeptRelease:
    """A release that is there: when it was made, its size in bytes, whether it is what people read."""

    name: str
    made_at: datetime
    bytes: int
    is_shown: bool


@dataclass(frozen=True)
class Releases:
    """The releases below a data folder, each named `planning-<time>` like its folder."""

    data_dir: Path

    @property
    def folder(self) -> Path:
        """The folder of all releases."""
        return self.data_dir / "releases"

    @property
    def current(self) -> Path:
        """The link to the release that people read."""
        return self.folder / "current"

    @property
    def rollback_note(self) -> Path:
        """The file that says which release was rolled back to."""
        return self.folder / "rollback.json"

    def file(self, name: str) -> Path:
        """Return the database of a release."""
        return self.folder / name / DATABASE

    def lock(self) -> FileLock:
        """Return the lock on showing and removing releases."""
        return FileLock(self.folder / ".lock", mode=PRIVATE_FILE)

    def shown(self) -> str | None:
        """Return the release that people read, by its link."""
        return self.current.readlink().name if self.current.is_symlink() else None

    def manifest(self) -> dict[str, Any] | None:
        """Return what the release that people read says of itself; None where nothing is published."""
        try:
            text = (self.current / "parquet" / "manifest.json").read_text(encoding="utf-8")
        except FileNotFoundError:
            return None
        return dict(json.loads(text))

    def was_changed(self, name: str) -> bool:
        """Tell whether somebody wrote into a release since: modes bind everybody but root."""
        manifest = self.folder / name / "parquet" / "manifest.json"
        written_at = self.file(name).stat().st_mtime_ns
        return manifest.exists() and written_at > manifest.stat().st_mtime_ns

    def kept(self) -> list[str]:
        """Return all releases, newest first."""
        names = [name for _, _, name in sorted(self._found(), reverse=True)]
        return [name for name in names if self.file(name).exists()]

    def listed(self) -> list[KeptRelease]:
        """Return what there is to say of all releases, newest first."""
        shown = self.shown()
        return [
            KeptRelease(name, _made_at(name), _size(self.folder / name), name == shown)
            for name in (self.kept() if self.folder.exists() else [])
        ]

    def next_name(self, published_at: datetime, as_of: datetime | None = None) -> str:
        """Return a name that no release has; the second one of a second is numbered 2, and so on.

        Where the time that the tables describe was fixed (`as_of`), the name says so.
        """
        stamp = f"{published_at.astimezone(UTC):{STAMP}}"
        numbers = [number for time, number, _ in self._found() if time == stamp]
        name = f"planning-{stamp}" + (f"-as-of-{as_of.astimezone(UTC):{STAMP}}" if as_of else "")
        return f"{name}-{max(numbers) + 1}" if numbers else name

    def show(self, name: str) -> None:
        """Make a release the one that people read, in one rename.

        Raises:
            PipelineError: a folder stands where a link belongs.
        """
        shown = ("parquet", DATABASE, PAGE, WORKBOOK, TABLES_PAGE, CONTRACT)
        links = {self.data_dir / file: self.current / file for file in shown}
        links[self.data_dir / "planning.duckdb"] = self.current / DATABASE
        for link in links:
            if link.is_dir() and not link.is_symlink():
                msg = f"{link} is a folder where a link belongs; move it away and publish again"
                raise PipelineError(msg)
        _point(self.current, self.folder / name)
        for link, target in links.items():
            _point(link, target)

    def remove_drafts(self) -> None:
        """Remove what a killed or failed build has begun."""
        for draft in self.folder.glob("*.tmp*"):
            _remove(draft)

    def remove_old(self, keep: int, *, keep_past: bool) -> None:
        """Remove all but the newest `keep` releases, and never the one that people read.

        With `keep_past` the last one of each period stays as well (`PERIODS`): what did we know then?
        """
        newest_first = [name for _, _, name in sorted(self._found(), reverse=True)]
        kept = {self.shown(), *newest_first[:keep], *(_thinned(newest_first) if keep_past else ())}
        for name in newest_first:
            if name not in kept:
                _remove(self.folder / name)
                # An earlier version kept the database beside the folder.
                _remove(self.folder / f"{name}.duckdb")

    def _found(self) -> Iterator[tuple[str, int, str]]:
        """Yield every release, also of an earlier version, as (time, number within its second, name)."""
        names = {path.name.removesuffix(".duckdb") for path in self.folder.iterdir()}
        for name in names:
            if found := NAME.fullmatch(name):
                yield found[1], int(found[2] or 1), name


def _made_at(name: str) -> datetime:
    found = NAME.fullmatch(name)
    return datetime.strptime(found[1] if found else "", STAMP).replace(tzinfo=UTC)


def _size(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


def _thinned(newest_first: list[str]) -> set[str]:
    """Return the last release of each of the last days, weeks and months that have one."""
    kept: set[str] = set()
    for period, count in PERIODS:
        last: dict[str, str] = {}
        for name in newest_first:
            # What was made to look at another time tells nothing of what people read.
            if "-as-of-" not in name:
                last.setdefault(f"{_made_at(name):{period}}", name)
        kept |= set(list(last.values())[:count])
    return kept


def _point(link: Path, target: Path) -> None:
    """Flip a symbolic link in one rename; its target is relative, so that the folder can be moved."""
    relative = Path(os.path.relpath(target, link.parent))
    if link.is_symlink() and link.readlink() == relative:
        return
    draft = link.with_name(f".{link.name}.tmp")
    draft.unlink(missing_ok=True)
    draft.symlink_to(relative)
    draft.replace(link)
    fsync(link.parent)


def _remove(path: Path) -> None:
    if path.is_dir():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)


@dataclass(frozen=True)
class Rollback:
    """The release `shown` that people read instead of `left`, since `rolled_back_at` (ISO 8601, UTC)."""

    shown: str
    left: str
    rolled_back_at: str

    def __str__(self) -> str:
        since = f"{datetime.fromisoformat(self.rolled_back_at):%Y-%m-%d %H:%M} UTC"
        return f"rolled back to {self.shown} from {self.left} since {since}"


def roll_back(data_dir: Path, to: str | None, *, now: datetime) -> Rollback:
    """Show the release called `to`, or the newest one older than the one shown.

    Raises:
        PipelineError: nothing is published, or no such release is kept; the message names those that are.
    """
    releases = Releases(data_dir)
    _shown(releases)  # where nothing is published there is no folder to lock
    with releases.lock():
        left = _shown(releases)  # again, as the lock may have waited for a publish
        kept = releases.kept()
        older = kept[kept.index(left) + 1 :] if left in kept else kept
        if to is None and not older:
            msg = (
                f"no release older than {left} is kept (CIN7_KEEP_RELEASES says how many are): fix"
                " what is wrong, then run `cin7 publish`"
            )
            raise PipelineError(msg)
        if to is not None and to not in kept:
            msg = f"no release is called {to!r}; kept are {', '.join(kept)}"
            raise PipelineError(msg)
        shown = older[0] if to is None else to
        rollback = Rollback(shown, left, now.isoformat(timespec="seconds"))
        # Written first: after a kill people must not read an older release that nothing reports.
        write_atomic(releases.rollback_note, json.dumps(asdict(rollback)).encode())
        releases.show(shown)
    return rollback


def current_rollback(data_dir: Path) -> Rollback | None:
    """Return the rollback whose release people still read; none once a publish has gone forward."""
    releases = Releases(data_dir)
    note = releases.rollback_note
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
