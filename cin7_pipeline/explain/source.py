"""The database an answer comes from, read-only: the pipeline's own, or the published one meanwhile.

Not here: what is asked. Tables that this version of the database lacks are told apart from empty ones.
"""

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, fields
from functools import cached_property
from pathlib import Path
from typing import Any, TypeVar

from duckdb import DuckDBPyConnection

from cin7_pipeline.errors import WarehouseBusy
from cin7_pipeline.settings import Settings
from cin7_pipeline.warehouse.connection import open_warehouse

WAIT_SECONDS = 3.0
Row = dict[str, Any]
Fact = TypeVar("Fact")


@dataclass(frozen=True)
class Source:
    """An open database; `is_published` where it has schema `planning` only."""

    connection: DuckDBPyConnection
    path: Path
    is_published: bool

    @cached_property
    def _columns(self) -> dict[str, set[str]]:
        found: dict[str, set[str]] = {}
        for table, column in self.connection.execute(
            "select schema_name || '.' || table_name, column_name from duckdb_columns()"
            " where database_name = current_database()"
        ).fetchall():
            found.setdefault(table, set()).add(column)
        return found

    def has(self, table: str, columns: Sequence[str] = ()) -> bool:
        """True where the table has been built, with these columns."""
        return set(columns) <= self._columns.get(table, set()) and table in self._columns

    def rows(self, query: str, parameters: Any = ()) -> list[Row]:
        """Rows by column name."""
        cursor = self.connection.execute(query, parameters)
        names = [entry[0] for entry in cursor.description or ()]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]

    def facts(
        self, kind: type[Fact], table: str, rest: str, parameters: Sequence[Any] = ()
    ) -> tuple[Fact, ...]:
        """Rows of a table as a dataclass whose fields are its columns; none where it is not built.

        `rest` is the query after `from table`, beginning with `where`.
        """
        names = [field.name for field in fields(kind)]  # type: ignore[arg-type]
        if not self.has(table, names):
            return ()
        query = f"select {', '.join(names)} from {table} {rest}"
        found = self.connection.execute(query, list(parameters)).fetchall()
        return tuple(kind(*row) for row in found)


@contextmanager
def open_source(settings: Settings) -> Iterator[Source]:
    """The pipeline's database, or the published one while a run holds the first.

    Raises:
        PipelineError: nothing has been read yet.
        WarehouseBusy: a run holds the database and nothing has been published yet.
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
