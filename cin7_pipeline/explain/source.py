"""This module opens the database that an explanation reads: the warehouse, or the release meanwhile.

It does not know what is asked. A table that this database lacks is told apart from an empty one.
"""

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from duckdb import DuckDBPyConnection

from cin7_pipeline.errors import WarehouseBusy
from cin7_pipeline.settings.environment import Settings
from cin7_pipeline.warehouse.connection import open_warehouse

WAIT_SECONDS = 3.0
Row = dict[str, Any]


@dataclass(frozen=True)
class Source:
    """An open database; `is_published` where it is a release, which has schema `planning` only."""

    connection: DuckDBPyConnection
    path: Path
    is_published: bool

    @cached_property
    def _columns(self) -> set[tuple[str, str]]:
        found = self.connection.execute(
            "select schema_name || '.' || table_name, column_name from duckdb_columns()"
            " where database_name = current_database()"
        ).fetchall()
        return {(table, column) for table, column in found}

    def has(self, *tables: str) -> bool:
        """Return True where all the tables have been built."""
        return set(tables) <= {table for table, _ in self._columns}

    def has_columns(self, table: str, columns: Sequence[str]) -> bool:
        """Return True where the table has been built with these columns."""
        return {(table, column) for column in columns} <= self._columns

    def rows(self, query: str, parameters: Any = ()) -> list[Row]:
        """Return the rows of a query by column name."""
        cursor = self.connection.execute(query, parameters)
        names = [entry[0] for entry in cursor.description or ()]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]

    def row(self, table: str, **key: object) -> Row:
        """Return the one row of the table with this key; empty where there is none or no such table."""
        if not self.has_columns(table, list(key)):
            return {}
        where = " and ".join(f"{name} = ?" for name in key)
        return next(iter(self.rows(f"from {table} where {where}", list(key.values()))), {})


@contextmanager
def open_source(settings: Settings) -> Iterator[Source]:
    """Open the warehouse, or the published release while a run holds the warehouse.

    Raises:
        PipelineError: nothing has been read yet.
        WarehouseBusy: a run holds the warehouse and nothing has been published yet.
    """
    path, published = settings.warehouse_path, settings.published_path
    with ExitStack() as stack:
        try:
            opened = open_warehouse(path, read_only=True, wait_seconds=WAIT_SECONDS)
            source = Source(stack.enter_context(opened), path, is_published=False)
        except WarehouseBusy:
            if not published.exists():
                raise
            opened = open_warehouse(published, read_only=True)
            source = Source(stack.enter_context(opened), published, is_published=True)
        yield source
