"""The tables that were built become the ones that people read: one more release, and the links to it.

A release is never written again, so whoever has one open keeps a whole, consistent old version.
What a release file holds is written in `release_files`; its name, its links and its end in `releases`.
"""

import time
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from cin7_pipeline.file_modes import public_folder
from cin7_pipeline.warehouse.release_files import write_release
from cin7_pipeline.warehouse.releases import Releases


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
    releases = Releases(data_dir, schema)
    public_folder(data_dir)
    public_folder(releases.folder)
    with releases.lock():
        releases.remove_drafts()
        name = releases.next_name(published_at)
        try:
            tables = write_release(warehouse, releases.folder, name, schema, published_at)
        finally:
            releases.remove_drafts()
        releases.show(name)
        releases.remove_old(keep)
    path = releases.file(name)
    return Release(path, tables, path.stat().st_size, time.perf_counter() - started)
