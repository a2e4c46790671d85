"""This module publishes the planning tables as a new release: written beside, then shown in one flip.

Which releases are kept, and how people reach them, is in `releases`.
"""

import json
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import duckdb
from duckdb import DuckDBPyConnection

from cin7_pipeline.errors import PipelineError
from cin7_pipeline.files import PUBLIC_FILE, PUBLIC_FOLDER, fsync, public_folder, set_mode
from cin7_pipeline.warehouse.connection import require_file, when_free
from cin7_pipeline.warehouse.releases import Releases
from cin7_pipeline.warehouse.sql import identifier, literal, write_comments

# The oldest format with all our types: DuckDB 1.2 and later open it, while 2.0's own only 2.0 does.
STORAGE_VERSION = "v1.2.0"
WAIT_SECONDS = 30.0


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


def write_release(
    warehouse: Path, releases: Path, name: str, schema: str, published_at: datetime
) -> dict[str, int]:
    """Write `<name>.duckdb` and the folder `<name>` into `releases`, and return the rows per table.

    Both appear under their names only when they are whole and on the disk.

    Raises:
        WarehouseBusy: somebody is writing the warehouse.
        PipelineError: there is no warehouse, or no table in the schema yet.
    """
    file, folder = releases / f"{name}.duckdb.tmp", releases / f"{name}.tmp"
    folder.mkdir()
    with duckdb.connect() as connection:
        connection.execute("set TimeZone = 'UTC'")
        require_file(warehouse)
        source = f"attach {literal(str(warehouse))} as warehouse (read_only)"
        when_free(warehouse, lambda: connection.execute(source), wait_seconds=WAIT_SECONDS)
        options = f"storage_version {literal(STORAGE_VERSION)}"
        connection.execute(f"attach {literal(str(file))} as release ({options})")
        tables = _copy_tables(connection, schema)
        if not tables:
            msg = f"{warehouse} has no table in schema {schema}; build the models first: cin7 build"
            raise PipelineError(msg)
        _copy_tables(connection, "explain")  # `cin7 why` asks it; it has no Parquet twins
        for table in tables:
            target = literal(str(folder / f"{table}.parquet"))
            copied = f"release.{identifier(schema)}.{identifier(table)}"
            connection.execute(f"copy {copied} to {target} (format parquet, compression zstd)")
        connection.execute("detach release")
    published = published_at.astimezone(UTC).isoformat()
    manifest = {"published_at": published, "release": name, "tables": tables}
    (folder / "manifest.json").write_text(json.dumps(manifest, indent=2) + "\n", encoding="utf-8")
    _finalize(folder, releases / name)
    _finalize(file, releases / f"{name}.duckdb")
    return tables


def _copy_tables(connection: DuckDBPyConnection, schema: str) -> dict[str, int]:
    """Copy all tables with their comments in one transaction, and return the rows of each."""
    found = connection.execute(
        "select table_name, comment from duckdb_tables()"
        " where database_name = 'warehouse' and schema_name = ? order by table_name",
        [schema],
    ).fetchall()
    rows = {}
    connection.execute("begin transaction")
    connection.execute(f"create schema release.{identifier(schema)}")
    for table, about in found:
        name = f"{identifier(schema)}.{identifier(table)}"
        connection.execute(f"create table release.{name} as from warehouse.{name}")
        comments = connection.execute(
            "select column_name, comment from duckdb_columns()"
            " where database_name = 'warehouse' and schema_name = ? and table_name = ?",
            [schema, table],
        ).fetchall()
        write_comments(connection, f"release.{name}", about, dict(comments))
        [(rows[table],)] = connection.execute(f"select count(*) from release.{name}").fetchall()
    connection.execute("commit")
    return rows


def _finalize(draft: Path, final: Path) -> None:
    """Give a file, or a folder of files, its final name: on the disk, read-only, for everybody."""
    if draft.with_name(f"{draft.name}.wal").exists():
        msg = f"{draft} was not closed cleanly; nothing was published, publish again"
        raise PipelineError(msg)
    for path in draft.iterdir() if draft.is_dir() else [draft]:
        set_mode(path, PUBLIC_FILE)
        fsync(path)
    if draft.is_dir():
        set_mode(draft, PUBLIC_FOLDER)
    fsync(draft)
    draft.rename(final)
    fsync(final.parent)
