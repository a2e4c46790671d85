"""Write records into schema `raw` with dlt: merged by key, a document together with its lines.

The lines are a nested table of their document's, so that dlt merges both in one transaction and a line
that vanished from a document vanishes here. Typed Arrow tables leave dlt nothing to guess; its working
folder is thrown away after each load, so that no half-finished package can stand in the way of the next.
"""

import os
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import Any

import dlt
import duckdb
import pyarrow as pa

from cin7_pipeline.api.declaration import Column, ColumnType, Endpoint, Lines
from cin7_pipeline.load.decode import Record

ARROW_TYPES: dict[ColumnType, pa.DataType] = {
    ColumnType.ID: pa.int64(),
    ColumnType.TEXT: pa.string(),
    ColumnType.KEY_TEXT: pa.string(),
    ColumnType.TIMESTAMP: pa.timestamp("us", tz="UTC"),
    ColumnType.NUMBER: pa.decimal128(18, 4),
    ColumnType.RATE: pa.decimal128(18, 8),
    ColumnType.FLAG: pa.bool_(),
    ColumnType.JSON: pa.string(),
    ColumnType.PARTS: pa.string(),
    ColumnType.EMAIL_HASH: pa.string(),
    ColumnType.EMAIL_STATE: pa.string(),
    ColumnType.CUSTOM_FIELDS: pa.string(),
}
MOMENT = ARROW_TYPES[ColumnType.TIMESTAMP]
# dlt links a nested row to its root by these columns; ours hold the document's own id.
ROW_KEY = pa.field("_dlt_id", pa.string(), nullable=False)
ROOT_KEY = pa.field("_dlt_root_id", pa.string(), nullable=False)
UNIQUE_ROW_KEY: Any = {"row_key": True, "unique": True, "nullable": False}
# dlt reads these at its first use, before anything can be written into `dlt.config`: it reports to nobody,
# and what fails is raised and told once by who catches it, not logged with tracebacks besides.
SAID_BEFORE_DLT_WAKES = {
    "RUNTIME__DLTHUB_TELEMETRY": "false",
    "RUNTIME__LOG_LEVEL": "CRITICAL",
}
TYPES_ARE_FROZEN: Any = {"tables": "evolve", "columns": "evolve", "data_type": "freeze"}


def merge(
    connection: duckdb.DuckDBPyConnection,
    changes: Iterable[tuple[Endpoint, Sequence[Record]]],
    read_at: datetime,
) -> None:
    """Replace or add the given records in `raw`, each document with its lines; others stay as they are.

    Merging the same records twice leaves the same rows.
    """
    resources = [_resource(endpoint, records, read_at) for endpoint, records in changes if records]
    if not resources:
        return
    _configure()
    with tempfile.TemporaryDirectory(prefix="cin7-dlt-") as folder:
        pipeline = dlt.pipeline(
            pipeline_name="cin7",
            pipelines_dir=folder,
            dataset_name="raw",
            destination=dlt.destinations.duckdb(
                connection,
                staging_dataset_name_layout="_dlt_%s",
                enable_dataset_name_normalization=False,
            ),
        )
        pipeline.run(resources)


def _configure() -> None:
    os.environ |= SAID_BEFORE_DLT_WAKES
    dlt.config["load.truncate_staging_dataset"] = True
    dlt.config["data_writer.disable_compression"] = True
    dlt.config["load.workers"] = 1
    dlt.config["restore_from_destination"] = False


def _resource(endpoint: Endpoint, records: Sequence[Record], read_at: datetime) -> Any:
    def tables() -> Iterator[Any]:
        yield document_table(endpoint, records, read_at)
        if endpoint.lines is not None:
            yield dlt.mark.with_hints(
                line_table(endpoint.lines, records),
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


def _nested(endpoint: Endpoint, lines: Lines) -> Any:
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


def document_table(endpoint: Endpoint, records: Sequence[Record], read_at: datetime) -> pa.Table:
    """The records as Arrow, with `row_hash`, `read_at` and an empty `gone_at` behind Cin7's columns."""
    fields = [_field(column, column.name in endpoint.key) for column in endpoint.columns]
    arrays = _arrays([record.values for record in records], fields)
    fields += [
        pa.field("row_hash", pa.string()),
        pa.field("read_at", MOMENT),
        pa.field("gone_at", MOMENT),
    ]
    arrays += [
        pa.array([record.row_hash for record in records], pa.string()),
        pa.array([read_at] * len(records), MOMENT),
        pa.nulls(len(records), MOMENT),
    ]
    if endpoint.lines is not None:
        fields.append(ROW_KEY)
        arrays.append(pa.array([_row_key(record) for record in records]))
    return pa.Table.from_arrays(arrays, schema=pa.schema(fields))


def line_table(lines: Lines, records: Sequence[Record]) -> pa.Table:
    """The lines of the records as Arrow, each with its document's id; empty where none has a line."""
    rows = [
        (*line, record.key[0], _row_key(record), f"{_row_key(record)}-{position}")
        for record in records
        for position, line in enumerate(record.lines)
    ]
    fields = [_field(column, is_key=False) for column in lines.columns]
    fields += [pa.field(lines.parent_key, pa.int64(), nullable=False), ROOT_KEY, ROW_KEY]
    return pa.Table.from_arrays(_arrays(rows, fields), schema=pa.schema(fields))


def _field(column: Column, is_key: bool) -> pa.Field:
    return pa.field(column.name, ARROW_TYPES[column.type], nullable=not is_key)


def _arrays(rows: Sequence[tuple[Any, ...]], fields: list[pa.Field]) -> list[pa.Array]:
    transposed = zip(*rows, strict=True) if rows else ((),) * len(fields)
    return [pa.array(values, field.type) for values, field in zip(transposed, fields, strict=True)]


def _row_key(record: Record) -> str:
    return str(record.key[0])
