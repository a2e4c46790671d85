"""This module says what becomes of a field: how it is checked, what is kept of it, and as which type.

msgspec checks and projects the fields of a row, DuckDB's strict JSON reader types thousands of rows at a
time. It does not know records, versions or pages (`records.py`).
"""

import hashlib
import json
import re
from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import UTC, datetime
from decimal import ROUND_HALF_EVEN, Context, Decimal
from functools import partial
from typing import Any

import duckdb
import msgspec
import pyarrow as pa
import pyarrow.compute as pc
from msgspec import UNSET, Raw

from cin7_pipeline.omni.coercion import coerced
from cin7_pipeline.omni.endpoint import Column, ColumnType
from cin7_pipeline.omni.page import Id
from cin7_pipeline.warehouse.raw_tables import NOT_NULL, SQL_TYPES
from cin7_pipeline.warehouse.sql import identifier

TIMESTAMP = pa.timestamp("us", tz="UTC")
# What is kept of an object of a list.
Scalar = int | float | str | bool | None

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
# What is selected of a field that is not taken as it is. .NET's smallest date stands for "not set".
SELECTED = {
    ColumnType.TIMESTAMP: """case when "{0}" >= timestamptz '0002-01-01 00:00:00+00' then "{0}" end""",
    ColumnType.TEXT_NOT_NULL: """coalesce("{0}", '')""",
}
SCALES = {ColumnType.DECIMAL: 4, ColumnType.DECIMAL_8: 8}
DIGITS = 18
HALF_EVEN = Context(prec=DIGITS + 1, rounding=ROUND_HALF_EVEN)
# A number, or one in quotes: .NET writes it so where it is told to.
NUMBER = re.compile(rb'("?)([-+]?[0-9]+(?:\.[0-9]+)?(?:[eE][-+]?[0-9]+)?)\1')
EMAIL_ADDRESS = re.compile(r"[^@\s]+@[^@\s]*\.[^@\s]*")
# Keys in order, so that the same content is always the same text.
CANONICAL_JSON = msgspec.json.Encoder(order="sorted")


class Unreadable(ValueError):
    """A value that its column cannot hold: the field, and what is wrong with it, without the value."""

    def __init__(self, field: str, reason: str) -> None:
        super().__init__(f"{field}: {reason}")
        self.field = field
        self.reason = reason


class RowType:
    """How the rows of one raw table are projected by msgspec and typed by DuckDB.

    `own` is the SQL of the columns that no field of Cin7 fills, `required` are never null, and `path` is
    put before the name of a field at fault.
    """

    def __init__(
        self,
        columns: Sequence[Column],
        derived: Mapping[ColumnType, Callable[[Any], str | None]],
        own: dict[str, str],
        required: Collection[str],
        path: str = "",
    ) -> None:
        self._columns, self._required, self._path = columns, required, path
        self._derived: dict[str, list[tuple[str, Callable[[Any], str | None]]]] = {}
        fields, structure, select = {}, {}, {}
        for column in columns:
            source = column.field
            fields[source] = FIELD_TYPES.get(column.type, str | None)
            if column.type is ColumnType.JSON_LIST:  # in order, as other JSON is
                parts = [(subfield, Scalar, UNSET) for subfield in sorted(column.subfields)]
                part: Any = msgspec.defstruct("Part", parts, gc=False)
                fields[source] = list[part] | None
            if column.type in derived:  # by its own name, as two columns may come from one field
                source = column.name
                fields.setdefault(source, str | None)
                self._derived.setdefault(column.field, []).append((source, derived[column.type]))
            structure[source] = SQL_TYPES[column.type].removesuffix(NOT_NULL)
            select[column.name] = SELECTED.get(column.type, '"{0}"').format(source)
            if column.type is ColumnType.ID and column.name in required:
                select[column.name] = f'coalesce("{source}", 0)'
        self.fields = [
            (n, kind, Raw(b"null") if kind is Raw else None) for n, kind in fields.items()
        ]
        # `from_json_strict` refuses what it cannot convert and reads decimals from their digits, where
        # `read_json` goes through doubles.
        selected = [f"{sql} as {identifier(name)}" for name, sql in (select | own).items()]
        self._query = (
            f"select {', '.join(selected)} from ("
            f"select * exclude (_json), unnest(from_json_strict(_json, '{json.dumps(structure)}'))"
            " from projected)"
        )
        # DuckDB rounds half away from zero, takes `true` and `"1_0"` for numbers, and knows years above
        # 9999. Only a number that ends in 5 behind its fourth decimal place can be a tie.
        numbers = "|".join(column.field for column in columns if column.type in SCALES) or "(none)"
        tie, power = r"-?[0-9]+\.[0-9]{4,}50*[,}]", r"-?[0-9]+(?:\.[0-9]+)?[eE]"
        self._inexact = rf'"(?:{numbers})":(?:[^-0-9n]|{power}|{tie})|":"9999-12-31T'

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
        self, connection: duckdb.DuckDBPyConnection, texts: Sequence[bytes], **beside: pa.Array
    ) -> pa.Table:
        """Return rows as the typed columns of the table; `beside` is what `own` is made of.

        Raises:
            duckdb.Error: a value that its type does not take.
        """
        connection.register("projected", pa.table({"_json": _text_array(texts), **beside}))
        try:
            typed = connection.sql(self._query).to_arrow_table()
        finally:
            connection.unregister("projected")
        fields = [field.with_nullable(field.name not in self._required) for field in typed.schema]
        table = pa.Table.from_arrays(typed.columns, schema=pa.schema(fields))
        # A copy, because DuckDB's buffers are up to twice as large as what is in them.
        return pa.concat_tables([table, table.slice(0, 0)]).combine_chunks()


def derivations(
    salt: bytes, mapped: Sequence[str]
) -> dict[ColumnType, Callable[[Any], str | None]]:
    """Return what is kept of the fields of these types, always as a text."""
    return {
        ColumnType.JSON: json_text,
        ColumnType.EMAIL_HASH: partial(email_hash, salt=salt),
        ColumnType.EMAIL_VALIDITY: email_validity,
        ColumnType.CUSTOM_FIELDS: lambda value: json_text(mapped_custom_fields(value, mapped)),
    }


def rounded(value: Raw, scale: int) -> Raw:
    """Return the number exactly, or rounded half to even where it has more places than `scale`."""
    if bytes(value) == b"null":
        return value
    found = NUMBER.fullmatch(value)
    if found is None:
        msg = "no number"
        raise ValueError(msg)
    number, most = Decimal(found[2].decode()), 10 ** (DIGITS - scale)
    # The range first: of a number far above it, rounding would need all its digits.
    if abs(number) < most:
        number = number.quantize(Decimal(1).scaleb(-scale), context=HALF_EVEN)
    if abs(number) >= most:
        msg = f"a number of {most:,} or more"
        raise ValueError(msg)
    return Raw(f"{number:f}")


def in_utc(timestamp: datetime | None) -> datetime | None:
    """Return the timestamp in UTC, which it is in where it has no zone; None for .NET's year 1.

    Raises:
        OverflowError: in UTC it lies beyond the year 9999.
    """
    if timestamp is None or timestamp.year <= 1:
        return None
    if timestamp.tzinfo is UTC:
        return timestamp
    return timestamp.replace(tzinfo=UTC) if timestamp.tzinfo is None else timestamp.astimezone(UTC)


def _text_array(texts: Sequence[bytes]) -> pa.Array:
    return pa.array(texts, pa.binary()).cast(pa.string())


def json_text(value: Any) -> str | None:
    """Return a value as canonical JSON; None where there is none."""
    return None if value is None else CANONICAL_JSON.encode(value).decode()


def email_hash(value: str | None, salt: bytes) -> str | None:
    """Return 16 hex digits that are equal for equal addresses, whatever their case; None if unset."""
    address = (value or "").strip().casefold()
    if not address:
        return None
    return hashlib.blake2b(address.encode(), key=salt, digest_size=8).hexdigest()


def email_validity(value: str | None) -> str:
    """Return `missing`, `valid` (one @, something before it, a dot in the domain, no space) or `invalid`."""
    address = (value or "").strip()
    if not address:
        return "missing"
    return "valid" if EMAIL_ADDRESS.fullmatch(address) else "invalid"


def mapped_custom_fields(value: Any, mapped: Sequence[str]) -> dict[str, Any] | None:
    """Return the mapped custom fields that are set; None where there are none.

    Cin7 sends an object by the field's code, its specification promises a list of code (or name) and
    value: both are read, anything else counts as unset (`omni/README.md`).
    """
    if not mapped or not isinstance(value, dict | list):
        return None
    pairs = (
        list(value.items())
        if isinstance(value, dict)
        else [
            (entry.get("code") or entry.get("name"), entry.get("value"))
            for entry in value
            if isinstance(entry, dict)
        ]
    )
    by_code = {code.casefold(): content for code, content in pairs if isinstance(code, str)}
    found = {name: by_code.get(name.casefold()) for name in mapped}
    return {name: content for name, content in found.items() if content is not None} or None
