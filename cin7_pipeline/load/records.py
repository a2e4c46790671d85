"""This module turns pages of JSON records into typed Arrow tables of documents and their lines.

Each record is split off its page as the text that Cin7 sent, which decides whether it changed; changed ones
are projected to their declared fields, and typed many at a time (`fields.py`). It does not decide which
pages are read (`extract.py`) and writes nothing (`merge.py`).
"""

import hashlib
from collections.abc import Iterator, Sequence
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
from cin7_pipeline.load.fields import RowType, derivations, in_utc
from cin7_pipeline.load.state import Key
from cin7_pipeline.omni.endpoint import Column, ColumnType, Endpoint
from cin7_pipeline.omni.page import Id

# dlt links a nested row to its root by these columns; ours hold the document's own id.
ROW_KEY, ROOT_KEY = "_dlt_id", "_dlt_root_id"
UNKNOWN_FIELD = "Object contains unknown field"
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
            self.lines = RowType(lines.columns, derived, keys, keys.keys(), f"{lines.field}.")
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
        # What tells records and their versions apart: ids must be there, everything else may lack.
        keys_and_dates: list[tuple[Any, ...]] = [
            (column.field, Id) if column.type is ColumnType.ID else (column.field, str | None, None)
            for column in endpoint.key_columns
        ]
        dates = {"createdDate", "modifiedDate"} & {column.field for column in endpoint.columns}
        keys_and_dates += [(date, datetime | None, None) for date in sorted(dates)]
        head = msgspec.defstruct("Head", keys_and_dates, kw_only=True, gc=False)
        self._head = msgspec.json.Decoder(head)
        self._heads = msgspec.json.Decoder(list[head])  # type: ignore[valid-type]

    @cached_property
    def connection(self) -> duckdb.DuckDBPyConnection:
        """Return an in-memory DuckDB, which is only needed where something changed."""
        connection = duckdb.connect(config={"threads": 1})
        connection.execute("set timezone = 'UTC'")  # a timestamp without a zone is in UTC
        return connection

    def split(self, body: bytes) -> Iterator[tuple[RecordVersion, Raw]]:
        """Yield each record of a page: its version, and its text as Cin7 sent it.

        Raises:
            ContractBroken: a record without a usable key or date; the message names it.
        """
        raws = msgspec.json.decode(body, type=list[Raw])
        try:
            heads = self._heads.decode(body)
        except msgspec.DecodeError:  # again one by one, to name the record at fault
            heads = [self._decode(self._head, raw) for raw in raws]
        width, salt, declared = len(self.endpoint.key), self._salt, self._declaration
        for head, raw in zip(map(msgspec.structs.astuple, heads), raws, strict=True):
            key, dates = head[:width], head[width:]
            if None in key:
                key = tuple("" if part is None else part for part in key)
            digest = hashlib.blake2b(raw, digest_size=8, key=salt, person=declared)
            try:
                created, modified = map(in_utc, dates) if len(dates) == 2 else (None, None)
            except OverflowError as error:
                raise self.refusal(key[0], f"createdDate or modifiedDate: {error}") from None
            yield RecordVersion(key, digest.hexdigest(), created, modified), raw

    def project(self, raw: Raw) -> tuple[bytes, list[bytes]]:
        """Return the declared fields of a record as JSON, and those of each of its lines.

        Raises:
            ContractBroken: a field holds another type than it is declared with.
        """
        try:
            record = self._strict.decode(raw)
        except msgspec.ValidationError as error:
            if not str(error).startswith(UNKNOWN_FIELD):
                raise self.refusal(self._shown_key(raw), str(error)) from None
            fields = msgspec.json.decode(raw, type=dict[str, Raw])
            self.unknown_fields |= fields.keys() - self._strict.type.__struct_fields__
            record = self._decode(self._lenient, raw)
        if self.endpoint.lines is None:
            return self.documents.project(record), []
        lines = getattr(record, self.endpoint.lines.field) or ()
        setattr(record, self.endpoint.lines.field, None)
        return self.documents.project(record), [self.lines.project(line) for line in lines]

    def _decode(self, decoder: msgspec.json.Decoder[Any], raw: Raw) -> Any:
        try:
            return decoder.decode(raw)
        except msgspec.DecodeError as error:
            raise self.refusal(self._shown_key(raw), str(error)) from None

    def _shown_key(self, raw: Raw) -> str | None:
        """Return the record's key as it was sent, whatever else is wrong with the record."""
        with suppress(msgspec.ValidationError):
            fields = msgspec.json.decode(raw, type=dict[str, Raw])
            return bytes(fields.get(self.endpoint.page_key, b"")).decode() or None
        return None

    def refusal(self, record: Any, reason: str) -> ContractBroken:
        """Return the error for a record that cannot be loaded."""
        endpoint = self.endpoint
        return ContractBroken(
            f"{endpoint.path} record {endpoint.page_key}={record}: {reason}. Nothing of"
            f" {endpoint.name} was changed; correct the record in Cin7 or report the new shape"
        )


class ChangedRecords:
    """Changed records of one endpoint, as the JSON of what is declared, until they are typed."""

    def __init__(self, reader: RecordReader) -> None:
        self._reader = reader
        self._versions: list[RecordVersion] = []
        self._documents: list[bytes] = []
        self._lines: list[bytes] = []
        self._line_owners: list[int] = []
        self._line_numbers: list[int] = []

    @property
    def row_count(self) -> int:
        """Documents and lines together."""
        return len(self._documents) + len(self._lines)

    def add(self, version: RecordVersion, raw: Raw) -> None:
        """Project one record and keep that; its page need not stay in memory."""
        document, lines = self._reader.project(raw)
        self._line_owners += [len(self._documents)] * len(lines)
        self._line_numbers += range(len(lines))
        self._lines += lines
        self._documents.append(document)
        self._versions.append(version)

    def tables(self) -> Tables:
        """Return the records as typed tables.

        Raises:
            ContractBroken: a number or timestamp that its column cannot hold, or no number at all.
        """
        versions, owners = self._versions, self._line_owners
        hashes = pa.array([version.row_hash for version in versions], pa.string())
        rows = range(len(versions))
        documents = self._typed(self._reader.documents, self._documents, rows, _row_hash=hashes)
        if self._reader.endpoint.lines is None:
            return Tables(versions, documents, None, ())
        parents = pa.array([versions[owner].key[0] for owner in owners], pa.int64())
        numbers = pa.array(self._line_numbers, pa.int64())
        lines = self._typed(
            self._reader.lines, self._lines, owners, _parent=parents, _number=numbers
        )
        return Tables(versions, documents, lines, owners)

    def _typed(
        self, row_type: RowType, texts: list[bytes], owners: Sequence[int], **beside: pa.Array
    ) -> pa.Table:
        def exact(row: int) -> bytes:
            try:
                return row_type.exact(texts[row])
            except (ValueError, ArithmeticError) as error:
                record = self._versions[owners[row]].key[0]
                raise self._reader.refusal(record, str(error)) from None

        for row in row_type.inexact_rows(texts):
            texts[row] = exact(row)
        try:
            return row_type.table(self._reader.connection, texts, **beside)
        except duckdb.Error as error:
            reason = type(error).__name__
        for row in range(len(texts)):  # DuckDB does not say which row it was
            exact(row)
        raise self._reader.refusal(None, f"DuckDB cannot type it ({reason})")


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
