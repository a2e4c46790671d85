"""This module gathers the records that are read of an endpoint, and types the changed ones many at a time.

Of each record the newest version counts; one that cannot be typed is rejected alone. It does not decide
which pages are read (`extract.py`) and writes nothing (`merge.py`).
"""

from collections.abc import Collection, Mapping
from typing import NamedTuple

import duckdb
import pyarrow as pa

from cin7_pipeline.errors import ContractBroken
from cin7_pipeline.load.record_reader import (
    ProjectedRecord,
    RecordReader,
    RecordVersion,
    TypedRecords,
)
from cin7_pipeline.load.rows import Unreadable
from cin7_pipeline.load.state import Key
from cin7_pipeline.omni.endpoint import Endpoint
from cin7_pipeline.omni.page import Page

# So few records that cannot be read are single mistakes of other programs, and no change of Cin7's.
REJECTED_WITHOUT_QUESTION = 10
# Documents and lines that are typed together: a query costs as much as typing some hundred rows.
ROWS_AT_ONCE = 20_000


class Rejection(NamedTuple):
    """Why a record is rejected: the field at fault, and what is wrong with its value, which is not shown."""

    field: str
    reason: str


class Records:
    """What was read of one endpoint: each record in its newest version, the changed ones as typed tables.

    `loaded_hashes` are those of the rows in the warehouse: a record of which the hash is the same has not
    changed.
    """

    def __init__(self, reader: RecordReader, loaded_hashes: Mapping[Key, str | None]) -> None:
        self.versions: dict[Key, RecordVersion] = {}
        self._reader = reader
        self._loaded_hashes = loaded_hashes
        self._projected: list[ProjectedRecord] = []
        self._row_count = 0
        self._typed: list[TypedRecords] = []
        self._rejections: list[tuple[RecordVersion, Rejection]] = []

    def add(self, page: Page) -> None:
        """Take the records of a page, each once, in the version that was modified last.

        Of a changed one what is declared is kept, so that its page need not stay in memory.
        """
        for version, raw in self._reader.split(page):
            known = self.versions.get(version.key)
            if known and (known.row_hash == version.row_hash or version.is_older_than(known)):
                continue
            self.versions[version.key] = version
            if self._loaded_hashes.get(version.key) == version.row_hash:
                continue
            try:
                projected = self._reader.project(version, raw)
            except Unreadable as fault:
                self._reject(version, fault)
                continue
            self._projected.append(projected)
            self._row_count += 1 + len(projected.lines)
        if self._row_count >= ROWS_AT_ONCE:
            self.type_rest()

    def type_rest(self) -> None:
        """Type the changed records that are not typed yet.

        Raises:
            ContractBroken: DuckDB refuses what is right by our rules.
        """
        if not self._projected:
            return
        self._make_exact(self._reader.inexact(self._projected))
        try:
            typed = self._reader.typed(self._projected)
        except duckdb.Error:
            self._make_exact(range(len(self._projected)))
            try:
                typed = self._reader.typed(self._projected)
            except duckdb.Error as error:
                reason = f"DuckDB cannot type what Cin7 sent ({type(error).__name__})"
                raise self._refusal(reason) from None
        self._typed.append(typed)
        self._projected, self._row_count = [], 0

    def _make_exact(self, numbers: Collection[int]) -> None:
        """Round the numbers in these records by our rules; reject those that hold none there."""
        rejected = set()
        for number in numbers:
            record = self._projected[number]
            try:
                self._projected[number] = self._reader.exact(record)
            except Unreadable as fault:
                self._reject(record.version, fault)
                rejected.add(number)
        self._projected = [r for number, r in enumerate(self._projected) if number not in rejected]

    def _reject(self, version: RecordVersion, fault: Unreadable) -> None:
        self._rejections.append((version, Rejection(fault.field, fault.reason)))

    @property
    def rejected(self) -> dict[Key, Rejection]:
        """Return why records are rejected; what was known of them stays."""
        return {v.key: why for v, why in self._rejections if self.versions[v.key] is v}

    def require_few_rejected(self, share_limit: float) -> None:
        """Refuse the whole endpoint where so many records cannot be typed that its shape has changed.

        Raises:
            ContractBroken: more than the share of what was read; one record and its field are named.
        """
        rejected = self.rejected
        if len(rejected) <= max(REJECTED_WITHOUT_QUESTION, share_limit * len(self.versions)):
            return
        key, (field, reason) = next(iter(rejected.items()))
        raise self._refusal(
            f"{len(rejected)} of {len(self.versions)} records cannot be read, more than the limit of"
            f" {share_limit:.0%}, {self._reader.endpoint.page_key}={key[0]} among them: {field}: {reason}"
        )

    def _refusal(self, reason: str) -> ContractBroken:
        endpoint = self._reader.endpoint
        return ContractBroken(
            f"{endpoint.path}: {reason}. Nothing of {endpoint.name} was changed; correct the records in"
            " Cin7 or report the new shape"
        )

    @property
    def unknown_fields(self) -> set[str]:
        """Return the names of fields that came and are not declared."""
        return self._reader.unknown_fields

    def ids_named(self, endpoint: Endpoint) -> set[int]:
        """Return the ids of records of `endpoint` that the changed records name."""
        found: set[int] = set()
        own = self._reader.endpoint
        for table, reference in own.references_by_table:
            if reference.endpoint != endpoint.name:
                continue
            with duckdb.connect(config={"threads": 1}) as connection:
                for typed in list(self._typed):
                    connection.register(
                        "named", typed.documents if table == own.name else typed.lines
                    )
                    ids = connection.execute(f"select {reference.ids_sql} from named").fetchall()
                    found.update(record_id for (record_id,) in ids if record_id)
        return found

    def take_tables(self) -> tuple[pa.Table, ...]:
        """Return the documents to write, and their lines where they have any, and let go of them.

        Nothing is returned where nothing changed.
        """
        newest = [typed.newest(self.versions) for typed in self._typed]
        self._typed.clear()
        documents = [documents for documents, _ in newest]
        lines = [lines for _, lines in newest if lines is not None]
        if not any(map(len, documents)):
            return ()
        return tuple(pa.concat_tables(tables) for tables in (documents, lines) if tables)
