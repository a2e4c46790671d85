"""The files people read: an unchanging copy of the planning tables, swapped in by one rename.

    data/planning.duckdb → releases/planning-20260630T060000Z.duckdb
    data/parquet         → releases/planning-20260630T060000Z/          one file per table, manifest.json
    data/cin7.duckdb     → planning.duckdb

A release is never written again, so whoever has one open keeps a whole, consistent old version.
`cin7.duckdb` is for clients that name a database by its link (the DuckDB shell, `attach`): under the
name `planning` they could not tell the database from its schema in `planning.sales_lines`.
What a release file holds is written in `release_files`.
"""

import os
import re
import shutil
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from filelock import FileLock

from cin7_pipeline.errors import PipelineError
from cin7_pipeline.file_modes import PRIVATE_FILE, public_folder
from cin7_pipeline.warehouse.release_files import make_durable, write_release


@dataclass(frozen=True)
class Release:
    """What was published: the DuckDB file, its tables with their row counts, and its size."""

    path: Path
    tables: dict[str, int]
    bytes: int
    seconds: float


def publish(
    warehouse: Path,
    data_dir: Path,
    *,
    published_at: datetime,
    keep: int = 5,
    schema: str = "planning",
) -> Release:
    """Make the warehouse's planning tables the ones that people and programs read.

    All tables change at once or, when anything fails, none. The newest `keep` releases stay.

    Raises:
        WarehouseBusy: somebody is writing the warehouse.
        PipelineError: there is no warehouse, or no table in the schema yet.
    """
    started = time.perf_counter()
    releases = data_dir / "releases"
    public_folder(data_dir)
    public_folder(releases)
    with FileLock(releases / ".lock", mode=PRIVATE_FILE):
        _remove_drafts(releases)
        name = _next_name(releases, schema, published_at)
        try:
            tables = write_release(warehouse, releases, name, schema, published_at)
        finally:
            _remove_drafts(releases)
        _point(data_dir / "parquet", releases / name)
        _point(data_dir / f"{schema}.duckdb", releases / f"{name}.duckdb")
        _point(data_dir / "cin7.duckdb", data_dir / f"{schema}.duckdb")
        _remove_old(releases, schema, keep, current=name)
    path = releases / f"{name}.duckdb"
    return Release(path, tables, path.stat().st_size, time.perf_counter() - started)


def _next_name(releases: Path, schema: str, published_at: datetime) -> str:
    """A name that no release has; the second one of a second is numbered 2, and so on."""
    stamp = f"{published_at.astimezone(UTC):%Y%m%dT%H%M%SZ}"
    numbers = [number for moment, number, _ in _releases(releases, schema) if moment == stamp]
    name = f"{schema}-{stamp}"
    return f"{name}-{max(numbers) + 1}" if numbers else name


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


def _remove_drafts(releases: Path) -> None:
    """Take away what a killed or failed publish has begun."""
    for draft in (*releases.glob("*.tmp"), *releases.glob("*.tmp.wal")):
        _remove(draft)


def _remove_old(releases: Path, schema: str, keep: int, *, current: str) -> None:
    """Remove all but the newest `keep` releases, and never the one that is linked."""
    newest_first = sorted(_releases(releases, schema), reverse=True)
    kept = {current, *(name for _, _, name in newest_first[:keep])}
    for _, _, name in newest_first:
        if name not in kept:
            _remove(releases / f"{name}.duckdb")
            _remove(releases / name)


def _releases(releases: Path, schema: str) -> Iterator[tuple[str, int, str]]:
    """Every release as (time, number within that second, name)."""
    names = {path.name.removesuffix(".duckdb") for path in releases.iterdir()}
    for name in names:
        if found := re.fullmatch(rf"{schema}-(\d{{8}}T\d{{6}}Z)(?:-(\d+))?", name):
            yield found[1], int(found[2] or 1), name


def _remove(path: Path) -> None:
    if path.is_dir():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)
