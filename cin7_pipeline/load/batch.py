"""The records of pages as Arrow: documents and their lines, ready for dlt.

What belongs here: which columns the tables have and how lines hang on their documents. Not here: what a
value becomes (`columns.py`), how it was decoded (`decode.py`).
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from cin7_pipeline.errors import ContractBroken
from cin7_pipeline.load.columns import ARROW_TYPES, Columns, InvalidValue
from cin7_pipeline.load.parse import FREE, Parsed
from cin7_pipeline.load.state import Key
from cin7_pipeline.omni.endpoint import Column, Endpoint, NestedTable

# dlt links a nested row to its root by these columns; ours hold the document's own id.
ROW_KEY = pa.field("_dlt_id", pa.string(), nullable=False)
ROOT_KEY = pa.field("_dlt_root_id", pa.string(), nullable=False)
ROW_HASH = pa.field("row_hash", pa.string())


class RecordVersion(NamedTuple):
    """Which record, in which version; the same `row_hash` means that Cin7 sent the same text."""

    key: Key
    row_hash: str
    created_at: datetime | None
    modified_at: datetime | None


@dataclass(frozen=True)
class Batch:
    """All versions of some pages, and the typed rows of those that are not held.

    `changed[n]` stands in row n of `documents`; `owners` tells, for each row of `lines`, in which.
    """

    versions: Sequence[RecordVersion]
    changed: Sequence[RecordVersion]
    documents: pa.Table
    lines: pa.Table | None = None
    owners: pa.Array | None = None

    def tables(self, rows: Sequence[int]) -> tuple[pa.Table, pa.Table | None]:
        """These rows of `documents`, with their lines."""
        if len(rows) == len(self.changed):
            return self.documents, self.lines
        kept = pa.array(rows, pa.int64())
        lines = None if self.lines is None else self.lines.filter(pc.is_in(self.owners, kept))
        return self.documents.take(kept), lines


@dataclass(frozen=True)
class BatchMaker:
    """Makes the tables of one endpoint from parsed records."""

    endpoint: Endpoint
    columns: Columns

    def batch(
        self, versions: Sequence[RecordVersion], changed: Sequence[RecordVersion], parsed: Parsed
    ) -> Batch:
        """The batch of some pages; `parsed` are the records of `changed`.

        Raises:
            ContractBroken: a value that its column cannot hold; the message names the record.
        """
        documents = self._documents(changed, parsed)
        if self.endpoint.lines is None or parsed.lines is None:
            return Batch(versions, changed, documents)
        lines = self._lines(self.endpoint.lines, changed, parsed, parsed.lines)
        return Batch(versions, changed, documents, lines, parsed.owners)

    def _documents(self, changed: Sequence[RecordVersion], parsed: Parsed) -> pa.Table:
        own, key = self.endpoint.columns, self.endpoint.key
        fields = [arrow_field(column, column.name in key) for column in own]
        records = _Rows(parsed.documents.column, parsed.free, range(len(changed)))
        arrays = [self._array(column, records, changed) for column in own]
        fields.append(ROW_HASH)
        arrays.append(pa.array([version.row_hash for version in changed], ROW_HASH.type))
        if self.endpoint.lines is not None:
            fields.append(ROW_KEY)
            arrays.append(pa.array([str(version.key[0]) for version in changed], ROW_KEY.type))
        return pa.Table.from_arrays(arrays, schema=pa.schema(fields))

    def _lines(
        self,
        lines: NestedTable,
        changed: Sequence[RecordVersion],
        parsed: Parsed,
        flat: pa.StructArray,
    ) -> pa.Table:
        rows = _Rows(flat.field, parsed.free_lines, parsed.owners)
        arrays = [self._array(column, rows, changed) for column in lines.columns]
        ids = pa.array([version.key[0] for version in changed], pa.int64()).take(parsed.owners)
        root = ids.cast(pa.string())
        row = pc.binary_join_element_wise(root, _numbers(parsed.owners).cast(pa.string()), "-")
        return pa.Table.from_arrays([*arrays, ids, root, row], schema=line_schema(lines))

    def _array(self, column: Column, rows: "_Rows", changed: Sequence[RecordVersion]) -> pa.Array:
        if column.type in FREE:
            return self.columns.free(column, [getattr(row, column.field) for row in rows.free])
        try:
            return self.columns.array(column, _whole(rows.field(column.field)))
        except InvalidValue as error:
            name = changed[int(rows.owners[error.place])].key[0]
            raise refusal(self.endpoint, name, str(error)) from None


class _Rows(NamedTuple):
    """Documents or lines: their parsed fields, their free ones, and whose each row is."""

    field: Callable[[str], Any]
    free: Sequence[Any]
    owners: Any


def _whole(values: Any) -> pa.Array:
    return values.combine_chunks() if isinstance(values, pa.ChunkedArray) else values


def _numbers(owners: pa.Array) -> pa.Array:
    """The number of each line within its document, from 0."""
    rows = owners.to_numpy()
    first = np.searchsorted(rows, rows, side="left")
    return pa.array(np.arange(len(rows)) - first)


def arrow_field(column: Column, is_key: bool) -> pa.Field:
    """The column as dlt is given it; keys are never null."""
    return pa.field(column.name, ARROW_TYPES[column.type], nullable=not is_key)


def line_schema(lines: NestedTable) -> pa.Schema:
    """The lines' own columns, the document's id, and the columns by which dlt links them."""
    parent = pa.field(lines.parent_key, pa.int64(), nullable=False)
    own = [arrow_field(column, is_key=False) for column in lines.columns]
    return pa.schema([*own, parent, ROOT_KEY, ROW_KEY])


def refusal(endpoint: Endpoint, record: Any, reason: str) -> ContractBroken:
    """The error for a record that cannot be loaded."""
    return ContractBroken(
        f"{endpoint.path} record {endpoint.page_key}={record}: {reason}. Nothing of"
        f" {endpoint.name} was changed; correct the record in Cin7 or report the new shape"
    )
