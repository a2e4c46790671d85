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
    about: str,
    columns: Mapping[str, str],
) -> None:
    """Describe a table and its columns; `create or replace` drops what stood there before."""
    comments = [f"comment on table {table} is {literal(about)}"]
    for column, text in columns.items():
        comments.append(f"comment on column {table}.{identifier(column)} is {literal(text)}")
    # One by one, each would be a commit to the disk.
    connection.execute(";".join(["begin", *comments, "commit"]))
