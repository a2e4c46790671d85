"""This module turns pages of JSON records into typed Arrow tables of documents and their lines.

The text that Cin7 sent of a record decides whether it changed; changed ones are projected to their declared
fields, and typed many at a time (`fields.py`). One that cannot be typed is set aside alone. It does not
decide which pages are read (`extract.py`) and writes nothing (`merge.py`).
"""

import hashlib
import re
from collections.abc import Collection, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any, NamedTuple, Self

import duckdb
import msgspec
import pyarrow as pa
import pyarrow.compute as pc
from msgspec import Raw

from cin7_pipeline.errors import ContractBroken
from cin7_pipeline.load.fields import derivations, in_utc
from cin7_pipeline.load.rows import RowType, Unreadable
from cin7_pipeline.load.state import Key
from cin7_pipeline.omni.endpoint import Column, ColumnType, Endpoint
from cin7_pipeline.omni.page import Page
from cin7_pipeline.warehouse.raw_tables import ROOT_KEY, ROW_KEY

# What the types were called when the first row hashes were written; see `declaration`.
FIRST_NAMES = {
    ColumnType.TEXT_NOT_NULL: "KEY_TEXT",
    ColumnType.DECIMAL: "NUMBER",
    ColumnType.DECIMAL_8: "RATE",
    ColumnType.BOOLEAN: "FLAG",
    ColumnType.JSON_LIST: "PARTS",
    ColumnType.EMAIL_VALIDITY: "EMAIL_STATE",
}


class RecordVersion(NamedTuple):
    """Which record, in which version; the same `row_hash` means that Cin7 sent the same text."""

    key: Key
    row_hash: str
    created_at: datetime | None
    modified_at: datetime | None

    def is_older_than(self, other: Self) -> bool:
        """Tell whether Cin7 modified the other version later."""
        if self.modified_at is None or other.modified_at is None:
            return False
        return self.modified_at < other.modified_at


class Rejection(NamedTuple):
    """Why a record is set aside: the field at fault, and what is wrong with its value, which is not shown."""

    field: str
    reason: str


@dataclass(frozen=True)
class Tables:
    """Changed records as typed rows: `versions[n]` is row n of `documents`.

    `line_owners` holds, for each row of `lines`, the row of its document.
    """

    versions: Sequence[RecordVersion]
    documents: pa.Table
    lines: pa.Table | None
    line_owners: Sequence[int]

    def take(self, rows: Sequence[int]) -> tuple[pa.Table, pa.Table | None]:
        """Return these documents and their lines."""
        if len(rows) == len(self.versions):
            return self.documents, self.lines
        kept = pa.array(rows, pa.int64())
        is_kept = pc.is_in(pa.array(self.line_owners, pa.int64()), kept)
        return self.documents.take(kept), self.lines and self.lines.filter(is_kept)


class RecordReader:
    """The records of one endpoint: split off their pages, and projected to what is declared.

    `salt` goes into every hash, so that nobody can look up what was hashed. `unknown_fields` collects
    the names of fields that came and were not declared.
    """

    def __init__(self, endpoint: Endpoint, salt: bytes) -> None:
        self.endpoint = endpoint
        self.unknown_fields: set[str] = set()
        self._salt = salt
        self._declaration = hashlib.blake2b(declaration(endpoint).encode(), digest_size=16).digest()
        derived, own, lines = derivations(salt, endpoint.custom_fields), {}, endpoint.lines
        if lines is not None:
            own[ROW_KEY] = "id::varchar"
            keys = {
                lines.parent_key: "_parent",
                ROOT_KEY: "_parent::varchar",
                ROW_KEY: "concat(_parent, '-', _number)",
            }
            of_line = {**keys, "place": "_place"}
            self.lines = RowType(lines.columns, derived, of_line, keys.keys(), f"{lines.field}.")
        own["row_hash"] = "_row_hash"
        self.documents = RowType(endpoint.columns, derived, own, {*endpoint.key, ROW_KEY})
        fields = list(self.documents.fields)
        if lines is not None:
            line: Any = msgspec.defstruct("Line", self.lines.fields, gc=False)
            fields.append((lines.field, list[line] | None, None))
        self._strict, self._lenient = (
            msgspec.json.Decoder(
                msgspec.defstruct("Record", fields, gc=False, forbid_unknown_fields=is_strict)
            )
            for is_strict in (True, False)
        )

    @cached_property
    def connection(self) -> duckdb.DuckDBPyConnection:
        """Return an in-memory DuckDB, which is only needed where something changed."""
        connection = duckdb.connect(config={"threads": 1})
        connection.execute("set timezone = 'UTC'")  # a timestamp without a zone is in UTC
        return connection

    def split(self, page: Page) -> Iterator[tuple[RecordVersion, Raw]]:
        """Yield each record of a page: its version, and its text as Cin7 sent it."""
        salt, declared, blake2b = self._salt, self._declaration, hashlib.blake2b
        for key, dates, raw in zip(page.keys, page.dates, page.records, strict=True):
            digest = blake2b(raw, digest_size=8, key=salt, person=declared).hexdigest()
            created = modified = None
            with suppress(OverflowError):  # the record is set aside when it is typed
                created, modified = map(in_utc, dates) if dates else (None, None)
            yield RecordVersion(key, digest, created, modified), raw

    def project(self, raw: Raw) -> tuple[bytes, list[bytes], list[int | None]]:
        """Return the declared fields of a record as JSON, those of each of its lines, and their places.

        A line has a place, from 1, where its id does not tell it from the others of its document.

        Raises:
            Unreadable: a field holds a value that can only be misread as what it is declared to be.
        """
        try:
            record = self._decoded(raw)
        except msgspec.DecodeError as error:
            reason, _, path = str(error).partition(" - at `$")
            raise Unreadable(re.sub(r"\[[^]]*\]", "", path.strip("`.")), reason) from None
        except RecursionError:
            raise Unreadable("", "nested too deeply") from None
        nested = self.endpoint.lines
        if nested is None:
            return self.documents.project(record), [], []
        lines = getattr(record, nested.field) or ()
        setattr(record, nested.field, None)
        ids = [line.id for line in lines]
        places: list[int | None] = [None] * len(ids)
        known = {0, None}
        if len(known.union(ids)) < len(ids) + 2:
            for number, line_id in enumerate(ids):
                places[number] = number + 1 if line_id in known else None
                known.add(line_id)
        return self.documents.project(record), [self.lines.project(line) for line in lines], places

    def _decoded(self, raw: Raw) -> Any:
        """Return the record as declared; what is sent in other types is read where that is unambiguous."""
        with suppress(msgspec.ValidationError):
            return self._strict.decode(raw)
        fields = msgspec.json.decode(raw, type=dict[str, Raw])
        self.unknown_fields |= fields.keys() - self._strict.type.__struct_fields__
        with suppress(msgspec.ValidationError):
            return self._lenient.decode(raw)
        coerced_fields = self.documents.coerced(fields)
        nested = self.endpoint.lines
        if nested is not None and bytes(fields.get(nested.field, b""))[:1] == b"[":
            try:
                lines = msgspec.json.decode(fields[nested.field], type=list[dict[str, Raw] | None])
            except msgspec.ValidationError:
                raise Unreadable(nested.field, "it is no list of objects") from None
            # A null among the lines is a line that says nothing.
            coerced_fields[nested.field] = [self.lines.coerced(line or {}) for line in lines]
        return self._lenient.decode(msgspec.json.encode(coerced_fields))

    def refusal(self, reason: str) -> ContractBroken:
        """Return the error for records that make the whole endpoint doubtful."""
        name = self.endpoint.name
        return ContractBroken(
            f"{self.endpoint.path}: {reason}. Nothing of {name} was changed; correct the records in"
            " Cin7 or report the new shape"
        )


class Projected(NamedTuple):
    """A changed record as the JSON of what is declared, of itself and of each of its lines."""

    version: RecordVersion
    document: bytes
    lines: list[bytes]
    places: list[int | None]


class ChangedRecords:
    """Changed records of one endpoint until they are typed; `rejections` collects those that cannot be."""

    def __init__(
        self, reader: RecordReader, rejections: list[tuple[RecordVersion, Rejection]]
    ) -> None:
        self.row_count = 0
        self._reader = reader
        self._rejections = rejections
        self._records: list[Projected] = []

    def add(self, version: RecordVersion, raw: Raw) -> None:
        """Project one record and keep that; its page need not stay in memory."""
        try:
            projected = Projected(version, *self._reader.project(raw))
        except Unreadable as fault:
            self._set_aside(version, fault)
            return
        self._records.append(projected)
        self.row_count += 1 + len(projected.lines)

    def tables(self) -> Tables:
        """Return the records as typed tables, without those that cannot be typed.

        Raises:
            ContractBroken: DuckDB refuses what is right by our rules.
        """
        texts = [record.document for record in self._records]
        inexact = set(self._reader.documents.inexact_rows(texts))
        if self._reader.endpoint.lines is not None:
            lines, owners = self._lines()
            inexact |= {owners[row] for row in self._reader.lines.inexact_rows(lines)}
        self._make_exact(inexact)
        with suppress(duckdb.Error):
            return self._typed()
        self._make_exact(range(len(self._records)))  # DuckDB does not say which row it was
        try:
            return self._typed()
        except duckdb.Error as error:
            reason = type(error).__name__
        raise self._reader.refusal(f"DuckDB cannot type what Cin7 sent ({reason})")

    def _make_exact(self, numbers: Collection[int]) -> None:
        """Round the numbers in these records by our rules; set those aside that hold none there."""
        rejected = set()
        for number in numbers:
            record, reader = self._records[number], self._reader
            try:
                document = reader.documents.exact(record.document)
                lines = [reader.lines.exact(line) for line in record.lines]
            except Unreadable as fault:
                self._set_aside(record.version, fault)
                rejected.add(number)
            else:
                self._records[number] = record._replace(document=document, lines=lines)
        self._records = [r for number, r in enumerate(self._records) if number not in rejected]

    def _typed(self) -> Tables:
        records, reader = self._records, self._reader
        versions = [record.version for record in records]
        hashes = pa.array([version.row_hash for version in versions], pa.string())
        texts = [record.document for record in records]
        documents = reader.documents.table(reader.connection, texts, _row_hash=hashes)
        if reader.endpoint.lines is None:
            return Tables(versions, documents, None, ())
        lines, owners = self._lines()
        beside = {
            "_parent": pa.array([versions[owner].key[0] for owner in owners], pa.int64()),
            "_number": pa.array([n for r in records for n in range(len(r.lines))], pa.int64()),
            "_place": pa.array([place for r in records for place in r.places], pa.int32()),
        }
        return Tables(
            versions, documents, reader.lines.table(reader.connection, lines, **beside), owners
        )

    def _lines(self) -> tuple[list[bytes], list[int]]:
        """Return all lines, and of each the number of its record."""
        lines = [line for record in self._records for line in record.lines]
        return lines, [number for number, r in enumerate(self._records) for _ in r.lines]

    def _set_aside(self, version: RecordVersion, fault: Unreadable) -> None:
        self._rejections.append((version, Rejection(fault.field, fault.reason)))


def declaration(endpoint: Endpoint) -> str:
    """Return what is kept of a record, as text: where it changes, every record is a new version.

    It is spelled as the first releases did, so that an upgrade sees unchanged records as unchanged.
    """

    def spelled(columns: Sequence[Column]) -> str:
        each = [
            f"Column(field={column.field!r}, type=<ColumnType."
            f"{FIRST_NAMES.get(column.type, column.type.name)}: {column.type.value!r}>,"
            f" parts={column.subfields!r})"
            for column in columns
        ]
        return f"({', '.join(each)}{',' if len(each) == 1 else ''})"

    lines = endpoint.lines
    nested = lines and (
        f"Lines(table={lines.table!r}, parent_key={lines.parent_key!r},"
        f" columns={spelled(lines.columns)}, field={lines.field!r})"
    )
    return f"({spelled(endpoint.columns)}, {nested}, {endpoint.custom_fields!r})"
