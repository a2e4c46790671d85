"""A folder of small models, written by the test that needs them."""

from collections.abc import Callable, Iterator
from pathlib import Path

import duckdb
import pytest

from cin7_pipeline.models.build import prepare_connection

WriteModel = Callable[..., Path]


@pytest.fixture
def connection() -> Iterator[duckdb.DuckDBPyConnection]:
    """An empty database that is prepared for models."""
    with duckdb.connect() as connection:
        prepare_connection(connection, {})
        yield connection


@pytest.fixture
def write_model(tmp_path: Path) -> WriteModel:
    """Write `schema.table` with a header of the usual parts, and return its file.

    A column that ends with a colon (`id:`) has no text.
    """

    def write(
        name: str,
        query: str,
        *,
        columns: str,
        grain: str = "[id]",
        more: str = "",
        folder: str = "",
    ) -> Path:
        schema, table = name.split(".", 1)
        path = tmp_path / schema / folder / f"{table}.sql"
        path.parent.mkdir(parents=True, exist_ok=True)
        listed = "".join(
            f"  {column}\n" if column.endswith(":") else f"  {column}: The {column}.\n"
            for column in columns.split()
        )
        header = f"about: Rows of {name}.\ngrain: {grain}\ncolumns:\n{listed}{more}"
        path.write_text(f"/*\n{header}\n*/\n{query}\n")
        return path

    return write
