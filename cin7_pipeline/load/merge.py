"""This module merges changed records into schema `raw` with dlt, each document together with its lines.

The lines are a nested table of their document's, so that dlt merges both in one transaction and a line
that vanished from a document vanishes here. Typed Arrow tables leave dlt nothing to guess. Where a table is
empty there is nothing to merge with, and a plain insert costs half. It does not decide what changed
(`extract.py`), nor what makes a load count (`commit.py`).
"""

import os
import re
import shutil
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from types import ModuleType
from typing import Any

import duckdb
import pyarrow as pa

from cin7_pipeline.load.changes import note_changes
from cin7_pipeline.load.extract import Extract
from cin7_pipeline.load.rows import TIMESTAMP
from cin7_pipeline.omni.endpoint import Endpoint
from cin7_pipeline.warehouse.connection import transaction
from cin7_pipeline.warehouse.raw_tables import ROOT_KEY, ROW_KEY

PLAIN_PATH = re.compile(r"[\w./ -]+")
UNIQUE_ROW_KEY: Any = {"row_key": True, "unique": True, "nullable": False}
# Documents, and their lines where the endpoint has any.
Rows = tuple[pa.Table, ...]
Changed = tuple[Endpoint, Rows]
TYPES_ARE_FROZEN: Any = {"tables": "evolve", "columns": "evolve", "data_type": "freeze"}


def merge(
    connection: duckdb.DuckDBPyConnection,
    extracts: Iterable[Extract],
    read_at: datetime,
    state_dir: Path,
) -> None:
    """Replace or add the changed records in `raw`, each document with its lines; leave the others alone.

    Merging the same records twice leaves the same rows. dlt works in `state_dir` meanwhile.
    """
    changed: list[Changed] = []
    for extract in extracts:
        endpoint, rows = extract.endpoint, _rows(extract, read_at)
        if rows and not _insert_where_empty(connection, endpoint, rows):
            if endpoint.tracked:
                documents, lines = rows
                note_changes(connection, endpoint, documents, lines, read_at)
            changed.append((endpoint, rows))
    if not changed:
        return
    dlt = _configured_dlt()
    with _empty_folder(state_dir) as folder:
        pipeline = dlt.pipeline(
            pipeline_name="cin7",
            pipelines_dir=str(folder),
            dataset_name="raw",
            destination=dlt.destinations.duckdb(
                connection,
                staging_dataset_name_layout="_dlt_%s",
                enable_dataset_name_normalization=False,
            ),
        )
        pipeline.run([_resource(dlt, endpoint, rows) for endpoint, rows in changed])


def _insert_where_empty(
    connection: duckdb.DuckDBPyConnection, endpoint: Endpoint, rows: Rows
) -> bool:
    """Write the records of a first load, documents and lines in one transaction; tell whether it was one.

    dlt can append too, but table by table: a kill in between would leave documents without their lines,
    which count as loaded ever after.
    """
    if connection.execute(f"select 1 from raw.{endpoint.name} limit 1").fetchall():
        return False
    with transaction(connection):
        for table, loaded in zip(endpoint.tables, rows, strict=True):
            connection.register("loaded", loaded)
            connection.execute(f"insert into raw.{table} by name from loaded")
            connection.unregister("loaded")
    return True


def _rows(extract: Extract, read_at: datetime) -> Rows:
    """Return the changed documents, with when they were read, and their lines; nothing if none changed."""
    tables = extract.records.take_tables()
    if not tables:
        return ()
    documents, *lines = tables
    read = pa.repeat(pa.scalar(read_at, TIMESTAMP), len(documents))
    not_deleted = pa.nulls(len(documents), TIMESTAMP)
    documents = documents.append_column(pa.field("read_at", TIMESTAMP), read)
    return documents.append_column(pa.field("deleted_at", TIMESTAMP), not_deleted), *lines


def _configured_dlt() -> ModuleType:
    """Return dlt, with the settings that it only takes for the whole process.

    It is imported here because that takes a second, which a load that changes nothing does without.
    """
    # dlt reads this at its first use, before anything can be written into `dlt.config`: it reports to nobody.
    os.environ["RUNTIME__DLTHUB_TELEMETRY"] = "false"
    import dlt  # noqa: PLC0415

    dlt.config["load.truncate_staging_dataset"] = True
    dlt.config["data_writer.disable_compression"] = True
    dlt.config["data_writer.compression"] = "none"
    dlt.config["load.workers"] = 1
    dlt.config["restore_from_destination"] = False
    return dlt


@contextmanager
def _empty_folder(state_dir: Path) -> Iterator[Path]:
    """Give dlt an empty folder to work in, whatever a killed run left there, and remove it in the end.

    A package that is half finished would be loaded again before anything else, and may never succeed.
    dlt writes the path into SQL and format strings as it is; a path that would break them is replaced by
    a temporary folder of the system's, which nobody clears after a kill.
    """
    folder = (state_dir / "dlt").absolute()
    if not PLAIN_PATH.fullmatch(str(folder)):
        folder = Path(tempfile.mkdtemp(prefix="cin7-dlt-"))
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True, mode=0o700)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _resource(dlt: ModuleType, endpoint: Endpoint, rows: Rows) -> Any:
    def tables() -> Iterator[Any]:
        documents, *lines = rows
        yield documents
        if endpoint.lines is not None:
            # Also where there is no line: what dlt has no rows of, it would not take lines away from.
            nested: Any = dlt.mark.make_hints(
                table_name=endpoint.lines.table,
                parent_table_name=endpoint.name,
                primary_key="",
                additional_table_hints={"resource": endpoint.name},
                columns={
                    ROW_KEY: UNIQUE_ROW_KEY,
                    ROOT_KEY: {"root_key": True, "nullable": False},
                },
            )
            yield dlt.mark.with_hints(*lines, nested, create_table_variant=True)

    hints: Any = {ROW_KEY: UNIQUE_ROW_KEY} if endpoint.lines else None
    return dlt.resource(
        tables,
        name=endpoint.name,
        primary_key=endpoint.key,
        write_disposition={"disposition": "merge", "strategy": "upsert"},
        columns=hints,
        schema_contract=TYPES_ARE_FROZEN,
    )
