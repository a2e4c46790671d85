"""This module turns the records of a page into typed Arrow tables of documents and their lines.

The text that Cin7 sent of a record decides whether it changed. It does not know what was read before, nor
what becomes of a record that cannot be typed (`records.py`).
"""

import hashlib
import re
from collections.abc import Iterator, Mapping, Sequence
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


class ProjectedRecord(NamedTuple):
    """A record as the JSON of what is declared, of itself and of each of its lines.

    A line has a place, from 1, where its id does not tell it from the others of its document.
    """

    version: RecordVersion
    document: bytes
    lines: list[bytes]
    places: list[int | None]


@dataclass(frozen=True)
class TypedRecords:
    """Changed records as typed rows: `versions[n]` is row n of `documents`.

    `line_owners` holds, for each row of `lines`, the row of its document.
    """

    versions: Sequence[RecordVersion]
    documents: pa.Table
    lines: pa.Table | None
    line_owners: Sequence[int]

    def newest(self, versions: Mapping[Key, RecordVersion]) -> tuple[pa.Table, pa.Table | None]:
        """Return the documents, and their lines, that are of these versions."""
        rows = [row for row, v in enumerate(self.versions) if versions[v.key] is v]
        if len(rows) == len(self.versions):
            return self.documents, self.lines
        kept = pa.array(rows, pa.int64())
        is_kept = pc.is_in(pa.array(self.line_owners, pa.int64()), kept)
        return self.documents.take(kept), self.lines and self.lines.filter(is_kept)


class RecordReader:
    """The records of one endpoint: split off their pages, projected to what is declared, and typed.

    `salt` goes into every hash, so that nobody can look up what was hashed. `unknown_fields` collects
    the names of fields that came and were not declared.
    """

    def __init__(self, endpoint: Endpoint, salt: bytes) -> None:
        self.endpoint = endpoint
        self.unknown_fields: set[str] = set()
        self._salt = salt
        self._declaration = hashlib.blake2b(declaration(endpoint).encode(), digest_size=16).digest()
        derived, lines = derivations(salt, endpoint.custom_fields), endpoint.lines
        added = {"row_hash": "_row_hash"}
        if lines is not None:
            added = {ROW_KEY: "id::varchar", **added}
            keys = {
                lines.parent_key: "_parent",
                ROOT_KEY: "_parent::varchar",
                ROW_KEY: "concat(_parent, '-', _number)",
            }
            self._lines = RowType(
                lines.columns, derived, {**keys, "place": "_place"}, keys, f"{lines.field}."
            )
        self._documents = RowType(endpoint.columns, derived, added, {*endpoint.key, ROW_KEY})
        fields = list(self._documents.fields)
        if lines is not None:
            line: Any = msgspec.defstruct("Line", self._lines.fields, gc=False)
            fields.append((lines.field, list[line] | None, None))
        self._strict, self._lenient = (
            msgspec.json.Decoder(
                msgspec.defstruct("Record", fields, gc=False, forbid_unknown_fields=is_strict)
            )
            for is_strict in (True, False)
        )

    def split(self, page: Page) -> Iterator[tuple[RecordVersion, Raw]]:
        """Yield each record of a page: its version, and its text as Cin7 sent it."""
        salt, declared, blake2b = self._salt, self._declaration, hashlib.blake2b
        for key, dates, raw in zip(page.keys, page.dates, page.records, strict=True):
            digest = blake2b(raw, digest_size=8, key=salt, person=declared).hexdigest()
            created = modified = None
            with suppress(OverflowError):  # the record is rejected when it is typed
                created, modified = map(in_utc, dates) if dates else (None, None)
            yield RecordVersion(key, digest, created, modified), raw

    def project(self, version: RecordVersion, raw: Raw) -> ProjectedRecord:
        """Return the declared fields of a record.

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
            return ProjectedRecord(version, self._documents.project(record), [], [])
        lines = getattr(record, nested.field) or ()
        setattr(record, nested.field, None)
        places = _places([line.id for line in lines])
        projected = [self._lines.project(line) for line in lines]
        return ProjectedRecord(version, self._documents.project(record), projected, places)

    def _decoded(self, raw: Raw) -> Any:
        """Return the record as declared; what is sent in other types is read where that is unambiguous."""
        with suppress(msgspec.ValidationError):
            return self._strict.decode(raw)
        fields = msgspec.json.decode(raw, type=dict[str, Raw])
        self.unknown_fields |= fields.keys() - self._strict.type.__struct_fields__
        with suppress(msgspec.ValidationError):
            return self._lenient.decode(raw)
        coerced_fields = self._documents.coerced(fields)
        nested = self.endpoint.lines
        if nested is not None and bytes(fields.get(nested.field, b""))[:1] == b"[":
            try:
                lines = msgspec.json.decode(fields[nested.field], type=list[dict[str, Raw] | None])
            except msgspec.ValidationError:
                raise Unreadable(nested.field, "it is no list of objects") from None
            # A null among the lines is a line that says nothing.
            coerced_fields[nested.field] = [self._lines.coerced(line or {}) for line in lines]
        return self._lenient.decode(msgspec.json.encode(coerced_fields))

    def inexact(self, records: Sequence[ProjectedRecord]) -> set[int]:
        """Return which of the records hold a value that DuckDB would not convert by our rules."""
        found = set(self._documents.inexact_rows([record.document for record in records]))
        if self.endpoint.lines is not None:
            lines, owners = _all_lines(records)
            found |= {owners[row] for row in self._lines.inexact_rows(lines)}
        return found

    def exact(self, record: ProjectedRecord) -> ProjectedRecord:
        """Return the record with its numbers rounded by our rules.

        Raises:
            Unreadable: a number or timestamp that its column cannot hold.
        """
        document = self._documents.exact(record.document)
        return record._replace(
            document=document, lines=[self._lines.exact(line) for line in record.lines]
        )

    def typed(self, records: Sequence[ProjectedRecord]) -> TypedRecords:
        """Return the records as typed tables.

        Raises:
            duckdb.Error: a value that its type does not take; DuckDB does not say which.
        """
        versions = [record.version for record in records]
        documents = self._documents.table(
            self._connection,
            [record.document for record in records],
            _row_hash=pa.array([version.row_hash for version in versions], pa.string()),
        )
        if self.endpoint.lines is None:
            return TypedRecords(versions, documents, None, ())
        texts, owners = _all_lines(records)
        lines = self._lines.table(
            self._connection,
            texts,
            _parent=pa.array([versions[owner].key[0] for owner in owners], pa.int64()),
            _number=pa.array([n for r in records for n in range(len(r.lines))], pa.int64()),
            _place=pa.array([place for r in records for place in r.places], pa.int32()),
        )
        return TypedRecords(versions, documents, lines, owners)

    @cached_property
    def _connection(self) -> duckdb.DuckDBPyConnection:
        """Return an in-memory DuckDB, which is only needed where something changed."""
        connection = duckdb.connect(config={"threads": 1})
        connection.execute("set timezone = 'UTC'")  # a timestamp without a zone is in UTC
        return connection


def _places(ids: Sequence[int | None]) -> list[int | None]:
    """Return the places of the lines with these ids; none where the id tells the line from the others."""
    places: list[int | None] = [None] * len(ids)
    known = {0, None}
    if len(known.union(ids)) < len(ids) + 2:
        for number, line_id in enumerate(ids):
            places[number] = number + 1 if line_id in known else None
            known.add(line_id)
    return places


def _all_lines(records: Sequence[ProjectedRecord]) -> tuple[list[bytes], list[int]]:
    """Return the lines of all records, and of each line the number of its record."""
    lines = [line for record in records for line in record.lines]
    return lines, [number for number, record in enumerate(records) for _ in record.lines]


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
