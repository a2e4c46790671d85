"""From a page of JSON to typed records: every declared field checked, everything else left behind.

What belongs here: types, hashes, errors that name the record. Not here: which records to ask for
(`read.py`), how they reach the database (`merge.py`).
"""

import hashlib
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from functools import cached_property
from typing import Any

import msgspec

from cin7_pipeline.api.declaration import Column, ColumnType, Endpoint
from cin7_pipeline.errors import ContractBroken

PYTHON_TYPES: dict[ColumnType, Any] = {
    ColumnType.ID: int | None,
    ColumnType.TEXT: str | None,
    ColumnType.KEY_TEXT: str | None,
    ColumnType.TIMESTAMP: datetime | None,
    ColumnType.NUMBER: Decimal | None,
    ColumnType.RATE: Decimal | None,
    ColumnType.FLAG: bool | None,
    ColumnType.JSON: Any,
    ColumnType.PARTS: list[dict[str, Any]] | None,
    ColumnType.EMAIL_HASH: str | None,
    ColumnType.EMAIL_STATE: str | None,
    ColumnType.CUSTOM_FIELDS: Any,
}
EMAIL_ADDRESS = re.compile(r"[^@\s]+@[^@\s]*\.[^@\s]*")
DECIMAL_PLACES = {ColumnType.NUMBER: Decimal("0.0001"), ColumnType.RATE: Decimal("0.00000001")}
DECIMAL_LIMIT = {ColumnType.NUMBER: Decimal(10**14), ColumnType.RATE: Decimal(10**10)}

Values = tuple[Any, ...]
Converter = Callable[[Any], Any]


@dataclass(frozen=True)
class Record:
    """One document or row: its values in the order of the endpoint's columns, and its lines'."""

    key: tuple[Any, ...]
    values: Values
    lines: tuple[Values, ...]
    row_hash: str
    created_at: datetime | None
    modified_at: datetime | None


@dataclass
class Decoder:
    """Decodes the pages of one endpoint; `unknown_fields` collects what nobody declared.

    `salt` goes into the hashes of e-mail addresses, so that nobody can look one up.
    """

    endpoint: Endpoint
    salt: bytes
    unknown_fields: set[str] = field(default_factory=set)

    def records(self, body: bytes) -> list[Record]:
        """The records of one page.

        Raises:
            ContractBroken: a declared field holds another type; the message names the record's id.
        """
        try:
            rows = self._page.decode(body)
        except msgspec.ValidationError as error:
            raise ContractBroken(self._fault(body, str(error))) from None
        self._note_unknown_fields(body)
        return [self._checked(row) for row in rows]

    @cached_property
    def _page(self) -> msgspec.json.Decoder[list[Any]]:
        own = [self._struct_field(column) for column in self.endpoint.columns]
        lines = self.endpoint.lines
        if lines is not None:
            line = _struct("Line", [_optional(column) for column in lines.columns])
            own.append((lines.field, list[line] | None, None))  # type: ignore[valid-type]
        return msgspec.json.Decoder(list[_struct("Record", own)])  # type: ignore[misc]

    def _struct_field(self, column: Column) -> tuple[Any, ...]:
        is_key = column.name in self.endpoint.key and column.type is ColumnType.ID
        return (column.field, int) if is_key else _optional(column)

    @cached_property
    def _converters(self) -> list[tuple[str, Converter]]:
        return [(column.field, self._converter(column)) for column in self.endpoint.columns]

    @cached_property
    def _line_converters(self) -> list[tuple[str, Converter]]:
        lines = self.endpoint.lines
        return [] if lines is None else [(c.field, self._converter(c)) for c in lines.columns]

    def _converter(self, column: Column) -> Converter:
        kind = column.type
        if kind in DECIMAL_PLACES:
            return lambda value: self._decimal(column, value)
        converters: dict[ColumnType, Converter] = {
            ColumnType.TIMESTAMP: as_moment,
            ColumnType.JSON: as_json_text,
            ColumnType.PARTS: lambda value: declared_parts(value, column.parts),
            ColumnType.KEY_TEXT: lambda value: value or "",
            ColumnType.EMAIL_HASH: lambda value: email_hash(value, self.salt),
            ColumnType.EMAIL_STATE: email_state,
            ColumnType.CUSTOM_FIELDS: lambda value: custom_fields(
                value, self.endpoint.custom_fields
            ),
        }
        return converters.get(kind, lambda value: value)

    @staticmethod
    def _decimal(column: Column, value: Decimal | None) -> Decimal | None:
        if value is None:
            return None
        if value.is_nan() or abs(value) >= DECIMAL_LIMIT[column.type]:
            msg = f"{column.field} is {value}, more than a {column.type} can hold"
            raise ValueError(msg)
        return value.quantize(DECIMAL_PLACES[column.type])

    def _checked(self, row: Any) -> Record:
        try:
            return self._record(row)
        except (ValueError, ArithmeticError) as error:  # NaN as text, a moment beyond the year 9999
            name = getattr(row, self.endpoint.page_key)
            raise ContractBroken(self._refusal(name, str(error))) from None

    def _record(self, row: Any) -> Record:
        values = tuple(convert(getattr(row, name)) for name, convert in self._converters)
        lines = tuple(
            tuple(convert(getattr(line, name)) for name, convert in self._line_converters)
            for line in self._lines_of(row)
        )
        by_name: Mapping[str, Any] = dict(zip(self._names, values, strict=True))
        return Record(
            key=tuple(by_name[name] for name in self.endpoint.key),
            values=values,
            lines=lines,
            row_hash=_hash((self._names, values, lines)),
            created_at=by_name.get("created_date"),
            modified_at=by_name.get("modified_date"),
        )

    def _lines_of(self, row: Any) -> Sequence[Any]:
        lines = self.endpoint.lines
        return () if lines is None else getattr(row, lines.field) or ()

    @cached_property
    def _names(self) -> list[str]:
        return [column.name for column in self.endpoint.columns]

    @cached_property
    def _declared(self) -> set[str]:
        lines = {self.endpoint.lines.field} if self.endpoint.lines else set()
        return {column.field for column in self.endpoint.columns} | lines

    def _note_unknown_fields(self, body: bytes) -> None:
        for row in msgspec.json.decode(body):
            self.unknown_fields |= row.keys() - self._declared

    def _fault(self, body: bytes, reason: str) -> str:
        row = re.search(r"\$\[(\d+)\]", reason)
        rows = msgspec.json.decode(body)
        record = rows[int(row[1])] if row and int(row[1]) < len(rows) else None
        name = record.get(self.endpoint.page_key) if isinstance(record, dict) else None
        return self._refusal(name, reason)

    def _refusal(self, name: Any, reason: str) -> str:
        return (
            f"{self.endpoint.path} record {self.endpoint.page_key}={name}: {reason}. Nothing of"
            f" {self.endpoint.name} was changed; correct the record in Cin7 or report the new shape"
        )


def _optional(column: Column) -> tuple[Any, ...]:
    return column.field, PYTHON_TYPES[column.type], None


def _struct(name: str, fields: list[tuple[Any, ...]]) -> type[msgspec.Struct]:
    """A struct with each field once, though two columns may come from it."""
    unique = list({entry[0]: entry for entry in fields}.values())
    required = [entry for entry in unique if len(entry) == 2]
    optional = [entry for entry in unique if len(entry) == 3]
    return msgspec.defstruct(name, [*required, *optional])


def as_moment(value: datetime | None) -> datetime | None:
    """The moment in UTC; .NET's year 1 stands for "not set"."""
    if value is None or value.year <= 1:
        return None
    return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


def as_json_text(value: Any) -> str | None:
    """Canonical JSON, so that the same content is always the same text."""
    return None if value is None else msgspec.json.encode(value, order="sorted").decode()


def declared_parts(value: list[dict[str, Any]] | None, parts: Sequence[str]) -> str | None:
    """The parts of each object of a list as canonical JSON, without any other and without deeper ones."""
    if value is None:
        return None
    kept = [
        {name: each[name] for name in parts if name in each and not _is_deeper(each[name])}
        for each in value
    ]
    return as_json_text(kept)


def _is_deeper(value: Any) -> bool:
    return isinstance(value, list | dict)


def email_hash(value: str | None, salt: bytes) -> str | None:
    """Sixteen hex digits that are equal for equal addresses, whatever their case; None if unset."""
    address = (value or "").strip().casefold()
    if not address:
        return None
    return hashlib.blake2b(address.encode(), key=salt, digest_size=8).hexdigest()


def email_state(value: str | None) -> str:
    """`missing`, `invalid` or `valid`: one @ with something before it, a dot in the domain, no space."""
    address = (value or "").strip()
    if not address:
        return "missing"
    return "valid" if EMAIL_ADDRESS.fullmatch(address) else "invalid"


def custom_fields(value: Any, keys: Sequence[str]) -> str | None:
    """The mapped custom fields as canonical JSON; None where none of them is set.

    Cin7 sends an object by the field's code, its specification promises a list of code (or name) and
    value: both are read, anything else counts as unset (`cin7-omni-api.md` §4).
    """
    by_code = {code.casefold(): content for code, content in _coded(value)}
    found = {key: by_code.get(key.casefold()) for key in keys}
    kept = {key: content for key, content in found.items() if content is not None}
    return as_json_text(kept) if kept else None


def _coded(value: Any) -> list[tuple[str, Any]]:
    if isinstance(value, dict):
        return list(value.items())
    entries = [e for e in value if isinstance(e, dict)] if isinstance(value, list) else []
    coded = [(entry.get("code") or entry.get("name"), entry.get("value")) for entry in entries]
    return [(code, content) for code, content in coded if isinstance(code, str)]


def _hash(content: Any) -> str:
    return hashlib.blake2b(msgspec.json.encode(content), digest_size=8).hexdigest()
