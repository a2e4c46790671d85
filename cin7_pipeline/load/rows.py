"""This module types the rows of a raw table: msgspec projects each, DuckDB types thousands at a time.

What is kept of a single value is in `fields.py`. It does not know records, versions or pages (`records.py`).
"""

import json
from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

import duckdb
import msgspec
import pyarrow as pa
import pyarrow.compute as pc
from msgspec import UNSET, Raw

from cin7_pipeline.load.fields import in_utc, rounded
from cin7_pipeline.omni.coercion import coerced
from cin7_pipeline.omni.endpoint import Column, ColumnType
from cin7_pipeline.omni.page import Id
from cin7_pipeline.warehouse.raw_tables import NOT_NULL, SQL_TYPES
from cin7_pipeline.warehouse.sql import identifier

TIMESTAMP = pa.timestamp("us", tz="UTC")
# How msgspec checks a field; text where nothing is said. A number stays the text it was sent as, because
# a double would lose digits.
FIELD_TYPES: dict[ColumnType, Any] = {
    ColumnType.ID: Id | None,
    ColumnType.TIMESTAMP: datetime | None,
    ColumnType.DECIMAL: Raw,
    ColumnType.DECIMAL_8: Raw,
    ColumnType.BOOLEAN: bool | None,
    ColumnType.JSON: Any,
    ColumnType.CUSTOM_FIELDS: Any,
}
SCALES = {ColumnType.DECIMAL: 4, ColumnType.DECIMAL_8: 8}


class Unreadable(ValueError):
    """A value that its column cannot hold: the field, and what is wrong with it, without the value."""

    def __init__(self, field: str, reason: str) -> None:
        super().__init__(f"{field}: {reason}")
        self.field = field
        self.reason = reason


class RowType:
    """How the rows of one raw table are projected by msgspec and typed by DuckDB.

    `derived` makes texts of the fields that are not kept as they are, `added` is the SQL of the columns
    that no field fills, `required` are never null, and `path` is put before the name of a field at fault.
    """

    def __init__(
        self,
        columns: Sequence[Column],
        derived: Mapping[ColumnType, Callable[[Any], str | None]],
        added: Mapping[str, str],
        required: Collection[str],
        path: str = "",
    ) -> None:
        self._columns, self._required, self._path = columns, required, path
        self._derived: dict[str, list[tuple[str, Callable[[Any], str | None]]]] = {}
        types: dict[str, Any] = {}
        sql_types, selected = {}, []
        for column in columns:
            source = column.field
            types[source] = _type_of(column)
            if column.type in derived:  # by its own name, as two columns may come from one field
                source = column.name
                types.setdefault(source, str | None)
                self._derived.setdefault(column.field, []).append((source, derived[column.type]))
            sql_types[source] = SQL_TYPES[column.type].removesuffix(NOT_NULL)
            sql = _sql_of(column, identifier(source), is_required=column.name in required)
            selected.append(f"{sql} as {identifier(column.name)}")
        selected += [f"{sql} as {identifier(name)}" for name, sql in added.items()]
        self.fields = [
            (name, kind, Raw(b"null") if kind is Raw else None) for name, kind in types.items()
        ]
        # `from_json_strict` refuses what it cannot convert and reads decimals from their digits, where
        # `read_json` goes through doubles.
        self._query = (
            f"select {', '.join(selected)} from ("
            f"select * exclude (_json), unnest(from_json_strict(_json, '{json.dumps(sql_types)}'))"
            " from projected)"
        )
        self._inexact = _inexact_pattern(columns)

    def project(self, row: Any) -> bytes:
        """Return a decoded row as JSON, with what is kept of the fields that are not kept as they are."""
        for field, targets in self._derived.items():
            value = getattr(row, field)
            setattr(row, field, None)
            for target, function in targets:
                setattr(row, target, function(value))
        return msgspec.json.encode(row)

    def coerced(self, fields: Mapping[str, Raw]) -> dict[str, Any]:
        """Return the declared fields among those of a row, as they are declared to be sent."""
        return {
            column.field: coerced(fields[column.field], column.type, column.subfields)
            for column in self._columns
            if column.field in fields
        }

    def inexact_rows(self, texts: Sequence[bytes]) -> list[int]:
        """Return which rows hold a value that DuckDB would not convert by our rules."""
        is_inexact = pc.match_substring_regex(_text_array(texts), self._inexact)
        rows: list[int] = pc.indices_nonzero(is_inexact).to_pylist()
        return rows

    def exact(self, text: bytes) -> bytes:
        """Return a row with its numbers rounded as their columns are, half to even.

        Raises:
            Unreadable: a number or timestamp that its column cannot hold.
        """
        fields = msgspec.json.decode(text, type=dict[str, Raw])
        for column in self._columns:
            try:
                if column.type in SCALES:
                    number = coerced(fields[column.field], column.type)
                    fields[column.field] = rounded(number, SCALES[column.type])
                elif column.type is ColumnType.TIMESTAMP:
                    in_utc(msgspec.json.decode(fields[column.field], type=datetime | None))
            except (ValueError, ArithmeticError) as error:
                raise Unreadable(f"{self._path}{column.field}", str(error)) from None
        return msgspec.json.encode(fields)

    def table(
        self, connection: duckdb.DuckDBPyConnection, texts: Sequence[bytes], **others: pa.Array
    ) -> pa.Table:
        """Return rows as the typed columns of the table; `others` is what the added columns are made of.

        Raises:
            duckdb.Error: a value that its type does not take.
        """
        connection.register("projected", pa.table({"_json": _text_array(texts), **others}))
        try:
            typed = connection.sql(self._query).to_arrow_table()
        finally:
            connection.unregister("projected")
        fields = [field.with_nullable(field.name not in self._required) for field in typed.schema]
        table = pa.Table.from_arrays(typed.columns, schema=pa.schema(fields))
        # A copy, because DuckDB's buffers are up to twice as large as what is in them.
        return pa.concat_tables([table, table.slice(0, 0)]).combine_chunks()


def _type_of(column: Column) -> Any:
    """Return the type as which msgspec decodes the field; a list's objects are ordered, as other JSON is."""
    if column.type is not ColumnType.JSON_LIST:
        return FIELD_TYPES.get(column.type, str | None)
    scalar = int | float | str | bool | None
    parts = [(subfield, scalar, UNSET) for subfield in sorted(column.subfields)]
    part: Any = msgspec.defstruct("Part", parts, gc=False)
    return list[part] | None


def _sql_of(column: Column, source: str, *, is_required: bool) -> str:
    """Return what is selected of a field; .NET's smallest date stands for "not set"."""
    if column.type is ColumnType.TIMESTAMP:
        return f"case when {source} >= timestamptz '0002-01-01 00:00:00+00' then {source} end"
    if column.type is ColumnType.TEXT_NOT_NULL:
        return f"coalesce({source}, '')"
    if column.type is ColumnType.ID and is_required:
        return f"coalesce({source}, 0)"
    return source


def _inexact_pattern(columns: Sequence[Column]) -> str:
    """Return what matches a projected row in which DuckDB would not convert a value by our rules.

    DuckDB rounds half away from zero, takes `true` and `"1_0"` for numbers, and knows years above 9999.
    Only a number that ends in 5 behind its fourth decimal place can be a tie.
    """
    numbers = "|".join(column.field for column in columns if column.type in SCALES) or "(none)"
    tie, power = r"-?[0-9]+\.[0-9]{4,}50*[,}]", r"-?[0-9]+(?:\.[0-9]+)?[eE]"
    return rf'"(?:{numbers})":(?:[^-0-9n]|{power}|{tie})|":"9999-12-31T'


def _text_array(texts: Sequence[bytes]) -> pa.Array:
    return pa.array(texts, pa.binary()).cast(pa.string())
