"""From the text of JSON records to Arrow, by the names and types that an endpoint declares.

What belongs here: the strict reading of each field, and which record and field is at fault. Not here: what
a column keeps of a value (`columns.py`), which records are read (`decode.py`).
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import msgspec
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.json as pj

from cin7_pipeline.omni.endpoint import Column, ColumnType, Endpoint

TEXT = pa.string()
# Any number that a double can be printed as in plain digits: read exactly, rounded later.
EXACT = pa.decimal256(76, 38)
PARSED_TYPES: dict[ColumnType, pa.DataType] = {
    ColumnType.ID: pa.int64(),
    ColumnType.TEXT: TEXT,
    ColumnType.TEXT_NOT_NULL: TEXT,
    ColumnType.TIMESTAMP: TEXT,
    ColumnType.DECIMAL: EXACT,
    ColumnType.DECIMAL_8: EXACT,
    ColumnType.BOOLEAN: pa.bool_(),
    ColumnType.EMAIL_HASH: TEXT,
    ColumnType.EMAIL_VALIDITY: TEXT,
}
# What has no fixed shape is decoded into Python objects.
FREE: dict[ColumnType, Any] = {
    ColumnType.JSON: Any,
    ColumnType.JSON_LIST: list[dict[str, Any]] | None,
    ColumnType.CUSTOM_FIELDS: Any,
}

UNKNOWN_FIELD = "Object contains unknown field"

Raws = Sequence[bytes]
Structs = msgspec.json.Decoder[list[Any]]


class InvalidRecord(Exception):
    """A record that is not what its endpoint declares; `place` is where it stands among the records."""

    def __init__(self, place: int, reason: str) -> None:
        super().__init__(reason)
        self.place = place


@dataclass(frozen=True)
class Parsed:
    """Records as Arrow under Cin7's own names, their lines below each other, and `owners` of the lines.

    `free` and `free_lines` hold, in the same order, the fields without a fixed shape.
    """

    documents: pa.Table
    lines: pa.StructArray | None
    owners: pa.Array
    free: Sequence[Any]
    free_lines: Sequence[Any]


class Parser:
    """Reads the records of one endpoint; `unknown_fields` collects what nobody declared."""

    def __init__(self, endpoint: Endpoint) -> None:
        self.unknown_fields: set[str] = set()
        self._endpoint = endpoint
        self._lines = endpoint.lines

    def parsed(self, raws: Raws) -> Parsed:
        """The records, each as one JSON object.

        Raises:
            InvalidRecord: the first record that has a field of another type.
        """
        try:
            free, table = self._free(raws), _arrow(raws, self._schema)
        except (msgspec.DecodeError, pa.ArrowInvalid) as error:
            reason = str(error)
        else:
            return self._with_lines(table, free)
        raise self._unfit(raws, reason)

    def _with_lines(self, table: pa.Table, free: list[Any]) -> Parsed:
        if self._lines is None:
            return Parsed(table, None, pa.nulls(0, pa.int64()), free, ())
        field = self._lines.field
        lists = table[field].combine_chunks()
        free_lines = [line for record in free for line in getattr(record, field) or ()]
        lines, owners = lists.flatten(), pc.list_parent_indices(lists)
        if lines.null_count:
            raise InvalidRecord(
                owners[lines.is_null().index(True).as_py()].as_py(), f"{field}: null"
            )
        return Parsed(table, lines, owners, free, free_lines)

    @cached_property
    def _schema(self) -> pa.Schema:
        fields = _fixed(self._endpoint.columns)
        if self._lines is not None:
            line = pa.struct(_fixed(self._lines.columns))
            fields.append(pa.field(self._lines.field, pa.list_(line)))
        return pa.schema(fields)

    def _free(self, raws: Raws) -> list[Any]:
        """The fields without a fixed shape, after a look for fields that nobody declared."""
        text = _joined(raws)
        try:
            return self._strict.decode(text)
        except msgspec.ValidationError as error:
            if not str(error).startswith(UNKNOWN_FIELD):
                raise
        for record in msgspec.json.decode(text, type=list[dict[str, msgspec.Raw]]):
            self.unknown_fields |= record.keys() - self._declared
        return self._lenient.decode(text)

    @cached_property
    def _declared(self) -> set[str]:
        lines = set() if self._lines is None else {self._lines.field}
        return {column.field for column in self._endpoint.columns} | lines

    @cached_property
    def _strict(self) -> Structs:
        return self._structs(forbid_unknown_fields=True)

    @cached_property
    def _lenient(self) -> Structs:
        return self._structs(forbid_unknown_fields=False)

    def _structs(self, *, forbid_unknown_fields: bool) -> Structs:
        """Decodes the fields without a fixed shape; of the others only their names matter here."""
        kinds: dict[str, Any] = {
            c.field: FREE.get(c.type, msgspec.Raw) for c in self._endpoint.columns
        }
        if self._lines is not None:
            free = [(c.field, FREE[c.type], None) for c in self._lines.columns if c.type in FREE]
            line: Any = msgspec.defstruct("Line", free, gc=False)
            kinds[self._lines.field] = list[line] | None
        fields = [(name, kind, None) for name, kind in kinds.items()]
        record = msgspec.defstruct(
            "Record", fields, gc=False, forbid_unknown_fields=forbid_unknown_fields
        )
        return msgspec.json.Decoder(list[record])  # type: ignore[valid-type]

    def _unfit(self, raws: Raws, reason: str) -> InvalidRecord:
        """The record at fault: each is tried on its own, as not every error says where it is."""
        for place, raw in enumerate(raws):
            try:
                self._lenient.decode(_joined([raw]))
                _arrow([raw], self._schema)
            except msgspec.DecodeError as error:
                return InvalidRecord(place, str(error))
            except pa.ArrowInvalid as error:
                return InvalidRecord(place, f"{self._field_at_fault(raw)}{error}")
        return InvalidRecord(0, reason)

    def _field_at_fault(self, raw: bytes) -> str:
        """The name of the field that cannot be read, when it alone is asked for."""
        for name, schema in self._single_fields():
            try:
                _arrow([raw], schema)
            except pa.ArrowInvalid:
                return f"{name}: "
        return ""

    def _single_fields(self) -> Iterable[tuple[str, pa.Schema]]:
        for field in _fixed(self._endpoint.columns):
            yield field.name, pa.schema([field])
        if self._lines is None:
            return
        for field in _fixed(self._lines.columns):
            lines = pa.field(self._lines.field, pa.list_(pa.struct([field])))
            yield f"{lines.name}.{field.name}", pa.schema([lines])


def _fixed(columns: Iterable[Column]) -> list[pa.Field]:
    """Each field that has a fixed shape once, though two columns may come from it."""
    kinds = {c.field: PARSED_TYPES[c.type] for c in columns if c.type not in FREE}
    return [pa.field(name, kind) for name, kind in kinds.items()]


def _joined(raws: Raws) -> bytes:
    return b"[" + b",".join(raws) + b"]"


def _arrow(raws: Raws, schema: pa.Schema) -> pa.Table:
    if not raws:
        return schema.empty_table()
    text = b"\n".join(raws)
    return pj.read_json(
        pa.BufferReader(text),
        read_options=pj.ReadOptions(use_threads=False, block_size=len(text) + 1),
        parse_options=pj.ParseOptions(
            explicit_schema=schema, newlines_in_values=True, unexpected_field_behavior="ignore"
        ),
    )
