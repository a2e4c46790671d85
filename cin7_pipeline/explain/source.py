"""This module opens the release that an explanation reads; it does not know what is asked."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from duckdb import CatalogException, DuckDBPyConnection

from cin7_pipeline.errors import PipelineError
from cin7_pipeline.warehouse.connection import open_warehouse

Row = dict[str, Any]


@dataclass(frozen=True)
class Source:
    """An open release: its schemas `planning` and `explain` answer every question."""

    connection: DuckDBPyConnection

    def rows(self, query: str, parameters: Any = ()) -> list[Row]:
        """Return the rows of a query by column name.

        Raises:
            PipelineError: an earlier version made the release, and it has not what is asked for.
        """
        try:
            cursor = self.connection.execute(query, parameters)
        except CatalogException as error:
            lacks = str(error).splitlines()[0]
            msg = f"the release lacks what this version asks of it, run `cin7 sync`: {lacks}"
            raise PipelineError(msg) from error
        names = [entry[0] for entry in cursor.description or ()]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]

    def row(self, table: str, **key: object) -> Row:
        """Return the one row of the table with this key; empty where there is none."""
        where = " and ".join(f"{name} = ?" for name in key)
        return next(iter(self.rows(f"from {table} where {where}", list(key.values()))), {})


@contextmanager
def open_source(path: Path) -> Iterator[Source]:
    """Open a release, or a copy of one, to be read only.

    Raises:
        PipelineError: the file does not exist, is called like a schema in it, or an earlier version made it.
    """
    # DuckDB names the database after its file, and takes no name that may be either.
    if path.exists() and path.resolve().stem in ("planning", "explain"):
        msg = f"{path} is called like a schema in it, which DuckDB cannot read: rename it to cin7.duckdb"
        raise PipelineError(msg)
    with open_warehouse(path, read_only=True) as connection:
        source = Source(connection)
        if not source.rows("from duckdb_schemas() where schema_name = 'explain'"):
            msg = f"{path} has no schema explain, so it is no release of this version: run `cin7 sync`"
            raise PipelineError(msg)
        yield source
