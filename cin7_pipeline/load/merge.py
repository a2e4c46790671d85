"""Write records into schema `raw` with dlt: merged by key, a document together with its lines.

The lines are a nested table of their document's, so that dlt merges both in one transaction and a line
that vanished from a document vanishes here. Typed Arrow tables leave dlt nothing to guess; its working
folder is thrown away after each load, so that no half-finished package can stand in the way of the next.
"""

import os
import re
import shutil
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

import dlt
import duckdb
import pyarrow as pa

from cin7_pipeline.load.batch import ROOT_KEY, ROW_KEY
from cin7_pipeline.load.columns import MOMENT
from cin7_pipeline.load.reading import Extract
from cin7_pipeline.omni.endpoint import Endpoint, NestedTable

PLAIN_PATH = re.compile(r"[\w./ -]+")
UNIQUE_ROW_KEY: Any = {"row_key": True, "unique": True, "nullable": False}
TYPES_ARE_FROZEN: Any = {"tables": "evolve", "columns": "evolve", "data_type": "freeze"}


def merge(
    connection: duckdb.DuckDBPyConnection,
    readings: Iterable[Extract],
    read_at: datetime,
    state_dir: Path,
) -> None:
    """Replace or add the changed records in `raw`, each document with its lines; others stay as they are.

    Merging the same records twice leaves the same rows. dlt works in `state_dir` meanwhile.
    """
    resources = [_resource(reading, read_at) for reading in readings if reading.has_changes]
    if not resources:
        return
    _configure()
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
        pipeline.run(resources)


def _configure() -> None:
    # dlt reads it at its first use, before anything can be written into `dlt.config`: it reports to nobody.
    os.environ["RUNTIME__DLTHUB_TELEMETRY"] = "false"
    dlt.config["load.truncate_staging_dataset"] = True
    dlt.config["data_writer.disable_compression"] = True
    dlt.config["data_writer.compression"] = "none"
    dlt.config["load.workers"] = 1
    dlt.config["restore_from_destination"] = False


@contextmanager
def _empty_folder(state_dir: Path) -> Iterator[Path]:
    """Where dlt works: empty at first, whatever a killed run left there, and gone in the end.

    dlt writes the path into SQL and formats as it is. Where that would break them, it works in a folder
    of the system's instead, which nobody clears after a kill.
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


def _resource(reading: Extract, read_at: datetime) -> Any:
    endpoint = reading.endpoint

    def tables() -> Iterator[Any]:
        changes = reading.take_changes()
        yield _tracked(changes.documents, read_at)
        if endpoint.lines is not None:
            yield dlt.mark.with_hints(
                changes.lines,
                _nested(endpoint, endpoint.lines),
                create_table_variant=True,
            )

    hints: Any = {ROW_KEY.name: UNIQUE_ROW_KEY} if endpoint.lines else None
    return dlt.resource(
        tables,
        name=endpoint.name,
        primary_key=endpoint.key,
        write_disposition={"disposition": "merge", "strategy": "upsert"},
        columns=hints,
        schema_contract=TYPES_ARE_FROZEN,
    )


def _nested(endpoint: Endpoint, lines: NestedTable) -> Any:
    return dlt.mark.make_hints(
        table_name=lines.table,
        parent_table_name=endpoint.name,
        primary_key="",
        additional_table_hints={"resource": endpoint.name},
        columns={
            ROW_KEY.name: UNIQUE_ROW_KEY,
            ROOT_KEY.name: {"root_key": True, "nullable": False},
        },
    )


def _tracked(documents: pa.Table, read_at: datetime) -> pa.Table:
    """The documents with when they were read, and as not gone."""
    rows = len(documents)
    read = pa.repeat(pa.scalar(read_at, MOMENT), rows)
    documents = documents.append_column(pa.field("read_at", MOMENT), read)
    return documents.append_column(pa.field("deleted_at", MOMENT), pa.nulls(rows, MOMENT))
