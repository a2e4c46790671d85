"""This module writes the pieces of SQL that several modules need: quoted names, quoted text, comments."""

from collections.abc import Mapping

from duckdb import DuckDBPyConnection


def identifier(name: str) -> str:
    """Quote a name, so that none is ever read as a keyword."""
    return '"' + name.replace('"', '""') + '"'


def literal(text: str) -> str:
    """Quote a text, for the statements that take no parameters."""
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
