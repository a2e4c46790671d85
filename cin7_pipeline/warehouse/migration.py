"""Tables that an earlier version made, brought to what is declared now: their rows stay, or nothing changes.

What is declared stands in `tables`. A column that is declared no more stays where it is, unread, so that
the earlier version can still be gone back to.
"""

from collections.abc import Iterator, Mapping
from typing import NamedTuple

import duckdb
from duckdb import DuckDBPyConnection

from cin7_pipeline.errors import PipelineError
from cin7_pipeline.warehouse.statements import identifier

Declared = Mapping[str, Mapping[str, str]]
# Its copies of the tables have the earlier types too; dlt makes them anew.
DLT_STAGING = "_dlt_raw"
REQUIRED = "not null"
THERE = """
    select
        c.schema_name || '.' || c.table_name, c.column_name, c.data_type, c.is_nullable,
        coalesce(list_contains(k.constraint_column_names, c.column_name), false)
    from duckdb_columns() as c
    left join duckdb_constraints() as k
        on c.database_oid = k.database_oid and c.table_oid = k.table_oid
            and k.constraint_type = 'PRIMARY KEY'
    where c.database_name = current_database() and not c.internal
"""


class CannotMigrate(PipelineError):
    """A table of an earlier version holds what the declared type cannot; nothing was changed."""


def migrate(connection: DuckDBPyConnection, declared: Declared) -> None:
    """Add the columns that are declared and not there, and convert those of another type.

    `declared` is `schema.table` → column → DuckDB type with its constraint. What is new is null in the
    rows that are there, or the default.

    Raises:
        CannotMigrate: a value would be lost by its conversion; no table was changed.
    """
    steps = list(_steps(connection, declared))
    if not steps:
        return
    connection.execute("begin transaction")
    try:
        for statement in steps:
            connection.execute(statement)
        connection.execute(f"drop schema if exists {DLT_STAGING} cascade")
    except BaseException:
        connection.execute("rollback")
        raise
    connection.execute("commit")


class _Column(NamedTuple):
    """A column that is there: as it is declared, and as the table has it."""

    table: str
    name: str
    wanted: str
    kind: str
    may_be_null: bool
    is_key: bool

    @property
    def is_required(self) -> bool:
        """True where the declaration rules out null, and has '' in its place."""
        return REQUIRED in self.wanted

    @property
    def altered(self) -> str:
        """How a statement that changes it begins."""
        return f"alter table {self.table} alter column {identifier(self.name)}"


def _steps(connection: DuckDBPyConnection, declared: Declared) -> Iterator[str]:
    there = {(table, name): held for table, name, *held in connection.execute(THERE).fetchall()}
    spellings = {_type_of(kind) for columns in declared.values() for kind in columns.values()}
    types = {text: str(connection.sqltype(text)) for text in spellings}
    for table, columns in declared.items():
        for name, wanted in columns.items():
            held = there.get((table, name))
            if held is None:
                yield f"alter table {table} add column {identifier(name)} {wanted}"
            else:
                column = _Column(table, name, wanted, *held)
                yield from _retyped(connection, column, types[_type_of(wanted)])
                yield from _constrained(column)


def _type_of(wanted: str) -> str:
    return wanted.partition(f" {REQUIRED}")[0]


def _retyped(connection: DuckDBPyConnection, column: _Column, kind: str) -> Iterator[str]:
    if kind == column.kind:
        return
    if column.is_key or not _fits(connection, column, kind):
        raise CannotMigrate(_refusal(connection, column, kind))
    yield f"{column.altered} set data type {kind}"


def _constrained(column: _Column) -> Iterator[str]:
    """Null becomes '' or may be null again; an `update` could not share the transaction."""
    if column.is_key or column.may_be_null != column.is_required:
        return
    if column.is_required:
        filled = f"coalesce({identifier(column.name)}, '')"
        yield f"{column.altered} set data type {_type_of(column.wanted)} using {filled}"
        yield f"{column.altered} set default ''"
        yield f"{column.altered} set {REQUIRED}"
    else:
        yield f"{column.altered} drop {REQUIRED}"
        yield f"{column.altered} drop default"


def _fits(connection: DuckDBPyConnection, column: _Column, kind: str) -> bool:
    """True where every value is the same after the conversion."""
    value = identifier(column.name)
    lost = f"try_cast({value} as {kind}) is distinct from {value}"
    try:
        found = connection.execute(f"select 1 from {column.table} where {lost} limit 1").fetchone()
    except duckdb.Error:  # two types between which there is no conversion
        return False
    return found is None


def _refusal(connection: DuckDBPyConnection, column: _Column, kind: str) -> str:
    [(path,)] = connection.execute(
        "select path from duckdb_databases() where database_name = current_database()"
    ).fetchall()
    return (
        f"{path or 'The warehouse'} was made by another version: {column.table}.{column.name} is"
        f" {column.kind} there, and not all of it can become {kind}. Nothing was changed; use"
        " the version that made it, or move the file away and read Cin7 again"
    )
