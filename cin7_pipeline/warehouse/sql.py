"""Pieces of SQL that several modules write: quoted names, quoted text, comments."""

from collections.abc import Mapping

from duckdb import DuckDBPyConnection


def identifier(name: str) -> str:
    """A name as SQL: quoted, so that no name is ever read as a keyword."""
    return '"' + name.replace('"', '""') + '"'


def literal(text: str) -> str:
    """A text as SQL, for the statements that take no parameters."""
    return "'" + text.replace("'", "''") + "'"


def write_comments(
    connection: DuckDBPyConnection,
    table: str,
    about: str | None,
    columns: Mapping[str, str | None],
    kind: str = "table",
) -> None:
    """Describe a table or view and its columns; `create or replace` drops what stood there before."""
    if about is not None:
        connection.execute(f"comment on {kind} {table} is {literal(about)}")
    for column, text in columns.items():
        if text is not None:
            target = f"{table}.{identifier(column)}"
            connection.execute(f"comment on column {target} is {literal(text)}")
