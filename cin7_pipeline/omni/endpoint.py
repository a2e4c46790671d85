"""This module defines how an endpoint of Cin7 is declared: its fields and types, its lines, how it is read.

It declares none (`endpoints.py` does) and converts no value (`load/rows.py` does).
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Self


class ColumnType(StrEnum):
    """What a field holds; `load/rows.py` says how each is checked and stored."""

    ID = "bigint"
    TEXT = "text"
    TEXT_NOT_NULL = "text, '' when unset"
    TIMESTAMP = "timestamp (UTC)"
    DECIMAL = "decimal(18,4)"
    DECIMAL_8 = "decimal(18,8)"
    BOOLEAN = "boolean"
    JSON = "json"
    JSON_LIST = "json list of the declared parts"
    EMAIL_HASH = "salted hash of an e-mail address"
    EMAIL_VALIDITY = "missing, invalid or valid"
    CUSTOM_FIELDS = "json of the mapped custom fields"


# One field may become two columns: an e-mail address is stored as its hash and as whether it is valid.
NAME_ENDINGS = {ColumnType.EMAIL_HASH: "_hash", ColumnType.EMAIL_VALIDITY: "_state"}


class SyncMode(StrEnum):
    """How much of an endpoint a sync reads."""

    INCREMENTAL = "by window"
    FULL_THEN_INCREMENTAL = "whole the first time, by window after that"
    FULL_REFRESH = "whole every time"


@dataclass(frozen=True)
class Column:
    """One field of Cin7 and the raw column it becomes; of a list of objects only `subfields` are kept."""

    field: str
    type: ColumnType
    subfields: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """Return the field in snake_case, with an ending where not the field itself is stored."""
        name = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", self.field).lower()
        return name + NAME_ENDINGS.get(self.type, "")


def columns(**fields_by_type: str) -> tuple[Column, ...]:
    """Return columns from `type="field field …"`; the types are names of `ColumnType` in lower case.

    A list of objects is written with what is kept of each: `sizes(name,qty)`.
    """
    found = []
    for kind, fields in fields_by_type.items():
        for text in fields.split():
            field, _, kept = text.rstrip(")").partition("(")
            subfields = tuple(kept.split(",")) if kept else ()
            found.append(Column(field, ColumnType[kind.upper()], subfields))
    return tuple(found)


@dataclass(frozen=True)
class Reference:
    """Where a raw table names records of another endpoint: SQL over its rows that gives their ids.

    A record that is named and not loaded yet is fetched by its id; 0 and null name nothing.
    """

    endpoint: str
    ids_sql: str


@dataclass(frozen=True)
class NestedTable:
    """The list inside a document that Cin7 calls `field`; replaced together with it, at once."""

    table: str
    parent_key: str
    columns: tuple[Column, ...]
    field: str = "lineItems"
    references: tuple[Reference, ...] = ()
    tracked: str = ""


@dataclass(frozen=True)
class Endpoint:
    """One list of the API and the raw tables it becomes.

    `page_key` is the field pages are ordered and continued by; where `key` has more columns than it,
    several rows may share one value of it. `open_sql` is SQL over the raw table: documents that may
    still change without coming back into a window, and are fetched by id. `open_filter` is the same in
    Cin7's words: what the first lookback asks for whatever its age. `has_daily_snapshot` keeps the rows
    of each local day in `raw.<name>_snapshots`, because Cin7 has no history of them. What changes in
    the columns that `tracked` names, with blanks between them, is noted (`load/changes.py`); those that
    are `personal` may name a person, and are erased some time after Cin7 deleted the record.
    """

    name: str
    path: str
    about: str
    columns: tuple[Column, ...]
    key: tuple[str, ...] = ("id",)
    page_key: str = "id"
    mode: SyncMode = SyncMode.INCREMENTAL
    lines: NestedTable | None = None
    open_sql: str | None = None
    open_filter: str | None = None
    custom_fields: tuple[str, ...] = ()
    references: tuple[Reference, ...] = ()
    has_daily_snapshot: bool = False
    tracked: str = ""
    personal: str = ""

    def with_custom_fields(self, keys: Iterable[str]) -> Self:
        """Return the endpoint with these custom fields to be read; without any it reads none."""
        return replace(self, custom_fields=tuple(sorted(keys)))

    @property
    def fields(self) -> str:
        """Return the `fields=` parameter: everything declared here and nothing else."""
        own = self._asked(self.columns)
        if self.lines is not None:
            own.append(f"{self.lines.field}({','.join(self._asked(self.lines.columns))})")
        return ",".join(own)

    def _asked(self, columns: Iterable[Column]) -> list[str]:
        """Return the fields to ask Cin7 for, each once; custom fields only where some are mapped."""
        asked = {column.field: column.type for column in columns}
        if ColumnType.CUSTOM_FIELDS in asked.values() and not self.custom_fields:
            asked = {f: kind for f, kind in asked.items() if kind is not ColumnType.CUSTOM_FIELDS}
        mapped = f"({','.join(self.custom_fields)})"
        return [
            field + mapped if kind is ColumnType.CUSTOM_FIELDS else field
            for field, kind in asked.items()
        ]

    @property
    def key_columns(self) -> tuple[Column, ...]:
        """Return the columns of `key`, in its order."""
        by_name = {column.name: column for column in self.columns}
        return tuple(by_name[name] for name in self.key)

    @property
    def has_custom_fields(self) -> bool:
        """Tell whether records carry custom fields; settings say which of them are read."""
        return any(column.type is ColumnType.CUSTOM_FIELDS for column in self.columns)

    @property
    def has_tied_rows(self) -> bool:
        """Tell whether several rows share one `page_key`, so that a page may end inside them."""
        return len(self.key) > 1

    @property
    def permission(self) -> str:
        """Return what the key's permission toggle is called in Cin7."""
        return f"{self.path.rsplit('/', 1)[-1]} × Read"

    @property
    def tables(self) -> tuple[str, ...]:
        """Return the raw tables this endpoint fills."""
        return (self.name,) if self.lines is None else (self.name, self.lines.table)

    @property
    def lists_documents(self) -> bool:
        """Tell whether its records are documents, whose history is read day by day."""
        return self.mode is SyncMode.INCREMENTAL

    @property
    def references_by_table(self) -> tuple[tuple[str, Reference], ...]:
        """Return each raw table of this endpoint with each of its references."""
        nested = () if self.lines is None else self.lines.references
        own = [(self.name, reference) for reference in self.references]
        return (*own, *((self.tables[-1], reference) for reference in nested))
