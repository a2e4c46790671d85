"""The releases that are kept, which of them people read, and the links by which they read it.

    data/planning.duckdb → releases/planning-20260630T060000Z.duckdb
    data/parquet         → releases/planning-20260630T060000Z/          one file per table, manifest.json
    data/cin7.duckdb     → planning.duckdb

`cin7.duckdb` is for clients that name a database by its link (the DuckDB shell, `attach`): under the
name `planning` they could not tell the database from its schema in `planning.sales_lines`.
What a release file holds is written in `release_files`.
"""

import os
import re
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from filelock import FileLock

from cin7_pipeline.errors import PipelineError
from cin7_pipeline.file_modes import PRIVATE_FILE
from cin7_pipeline.whole_files import make_durable


@dataclass(frozen=True)
class Releases:
    """The releases of one schema below a data folder; a name is that of the file without its ending."""

    data_dir: Path
    schema: str = "planning"

    @property
    def folder(self) -> Path:
        """Where they are kept."""
        return self.data_dir / "releases"

    @property
    def link(self) -> Path:
        """What people open."""
        return self.data_dir / f"{self.schema}.duckdb"

    def file(self, name: str) -> Path:
        """The database of a release; its Parquet files are in the folder without the ending."""
        return self.folder / f"{name}.duckdb"

    def lock(self) -> FileLock:
        """The right to make, show and remove releases."""
        return FileLock(self.folder / ".lock", mode=PRIVATE_FILE)

    def shown(self) -> str | None:
        """The release that people read, by its link."""
        return self.link.readlink().stem if self.link.is_symlink() else None

    def kept(self) -> list[str]:
        """All whole releases, the newest first."""
        names = [name for _, _, name in sorted(self._found(), reverse=True)]
        return [name for name in names if self.file(name).exists() and self._parquet(name).is_dir()]

    def next_name(self, published_at: datetime) -> str:
        """A name that no release has; the second one of a second is numbered 2, and so on."""
        stamp = f"{published_at.astimezone(UTC):%Y%m%dT%H%M%SZ}"
        numbers = [number for moment, number, _ in self._found() if moment == stamp]
        name = f"{self.schema}-{stamp}"
        return f"{name}-{max(numbers) + 1}" if numbers else name

    def show(self, name: str) -> None:
        """Make a release the one that people read; each link is flipped in one rename.

        Raises:
            PipelineError: a folder stands where a link belongs.
        """
        _point(self.data_dir / "parquet", self._parquet(name))
        _point(self.link, self.file(name))
        _point(self.data_dir / "cin7.duckdb", self.link)

    def remove_drafts(self) -> None:
        """Take away what a killed or failed publish has begun."""
        for draft in (*self.folder.glob("*.tmp"), *self.folder.glob("*.tmp.wal")):
            _remove(draft)

    def remove_old(self, keep: int) -> None:
        """Remove all but the newest `keep` releases, and never the one that people read."""
        newest_first = [name for _, _, name in sorted(self._found(), reverse=True)]
        kept = {self.shown(), *newest_first[:keep]}
        for name in newest_first:
            if name not in kept:
                _remove(self.file(name))
                _remove(self._parquet(name))

    def _parquet(self, name: str) -> Path:
        return self.folder / name

    def _found(self) -> Iterator[tuple[str, int, str]]:
        """Every release, whole or not, as (time, number within that second, name)."""
        names = {path.name.removesuffix(".duckdb") for path in self.folder.iterdir()}
        for name in names:
            if found := re.fullmatch(rf"{self.schema}-(\d{{8}}T\d{{6}}Z)(?:-(\d+))?", name):
                yield found[1], int(found[2] or 1), name


def _point(link: Path, target: Path) -> None:
    """Flip a symbolic link in one rename; its target is relative, so the folder can be moved."""
    draft = link.with_name(f".{link.name}.tmp")
    draft.unlink(missing_ok=True)
    draft.symlink_to(os.path.relpath(target, link.parent))
    try:
        draft.replace(link)
    except IsADirectoryError:
        draft.unlink()
        msg = f"{link} is a folder where a link belongs; move it away and publish again"
        raise PipelineError(msg) from None
    make_durable(link.parent)


def _remove(path: Path) -> None:
    if path.is_dir():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)
