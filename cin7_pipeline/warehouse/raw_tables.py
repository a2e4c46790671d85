"""The tables of schemas `raw` and `settings`: declared once, created, and upgraded from earlier versions."""

from collections.abc import Iterator, Mapping
from typing import NamedTuple

import duckdb
from duckdb import DuckDBPyConnection

from cin7_pipeline.errors import PipelineError
from cin7_pipeline.omni.endpoint import Column, ColumnType, Endpoint
from cin7_pipeline.omni.endpoints import ENDPOINTS
from cin7_pipeline.warehouse.sql import identifier

SQL_TYPES = {
    ColumnType.ID: "bigint",
    ColumnType.TEXT: "varchar",
    ColumnType.TEXT_NOT_NULL: "varchar not null default ''",
    ColumnType.TIMESTAMP: "timestamp with time zone",
    ColumnType.DECIMAL: "decimal(18, 4)",
    ColumnType.DECIMAL_8: "decimal(18, 8)",
    ColumnType.BOOLEAN: "boolean",
    ColumnType.JSON: "varchar",
    ColumnType.JSON_LIST: "varchar",
    ColumnType.EMAIL_HASH: "varchar",
    ColumnType.EMAIL_VALIDITY: "varchar",
    ColumnType.CUSTOM_FIELDS: "varchar",
}

MOMENT = SQL_TYPES[ColumnType.TIMESTAMP]
NUMBER = SQL_TYPES[ColumnType.DECIMAL]
KEY_TEXT = SQL_TYPES[ColumnType.TEXT_NOT_NULL]

# What we know of a record beside what Cin7 says: its version, when it was read, since when it is
# no longer there.
TRACKING = {
    "row_hash": "varchar",
    "read_at": MOMENT,
    "deleted_at": MOMENT,
}

# By these dlt replaces a document together with its lines.
ROW_KEY = {"_dlt_id": "varchar"}
ROOT_KEY = {"_dlt_root_id": "varchar"}

RECORDS = {
    "raw.stock_snapshots": {
        "snapshot_on": "date",
        "read_at": MOMENT,
        "product_option_id": "bigint",
        "branch_id": "bigint",
        "size": KEY_TEXT,
        "product_id": "bigint",
        "code": "varchar",
        "stock_on_hand": NUMBER,
        "open_sales": NUMBER,
        "available": NUMBER,
        "incoming": NUMBER,
        "virtual": NUMBER,
        "holding": NUMBER,
    },
    "raw.sync_log": {
        "sync_id": "varchar",
        "entity": "varchar",
        "window_start": MOMENT,
        "window_end": MOMENT,
        "lookback_days": "integer",
        "started_at": MOMENT,
        "finished_at": MOMENT,
        "row_count": "bigint",
        "new_count": "bigint",
        "changed_count": "bigint",
        "unchanged_count": "bigint",
        "deleted_count": "bigint",
        "call_count": "bigint",
        "seconds": "double",
    },
    "raw.sync_owner": {"owner": "varchar"},
    "raw.sync_coverage": {
        "entity": "varchar",
        "day_on": "date",
        "read_at": MOMENT,
    },
    "settings.channels": {
        "priority": "integer",
        "field": "varchar",
        "pattern": "varchar",
        "channel": "varchar",
        "is_included": "boolean",
    },
    "settings.warehouses": {
        "branch_id": "bigint",
        "warehouse": "varchar",
        "is_enabled": "boolean",
    },
    "settings.customer_groups": {
        "customer_group": "varchar",
        "is_included": "boolean",
    },
    "settings.custom_fields": {
        "entity": "varchar",
        "cin7_field": "varchar",
        "name": "varchar",
    },
}

# One snapshot a day and one reading of a day: a later one takes its place (`load/seal.py`).
KEYS = {
    "raw.stock_snapshots": "snapshot_on, product_option_id, branch_id, size",
    "raw.sync_coverage": "entity, day_on",
}


def table_columns() -> dict[str, dict[str, str]]:
    """Every raw and settings table as `schema.table` → column → DuckDB type."""
    tables: dict[str, dict[str, str]] = {}
    for endpoint in ENDPOINTS.values():
        tables |= _endpoint_tables(endpoint)
    return tables | RECORDS


def create_raw_tables(connection: DuckDBPyConnection) -> None:
    """Create the raw and settings tables that do not exist yet; those that do get what is declared since.

    Raises:
        CannotMigrate: a table of another version holds what a declared type cannot.
    """
    declared = table_columns()
    for schema in ("raw", "settings"):
        connection.execute(f"create schema if not exists {schema}")
    for table, columns in declared.items():
        parts = [f"{identifier(name)} {kind}" for name, kind in columns.items()]
        if table in KEYS:
            parts.append(f"primary key ({KEYS[table]})")
        connection.execute(f"create table if not exists {table} ({', '.join(parts)})")
    migrate(connection, declared)


def _endpoint_tables(endpoint: Endpoint) -> dict[str, dict[str, str]]:
    columns = _typed(endpoint.columns) | TRACKING
    if endpoint.lines is None:
        return {f"raw.{endpoint.name}": columns}
    parent = {endpoint.lines.parent_key: SQL_TYPES[ColumnType.ID]}
    lines = parent | _typed(endpoint.lines.columns) | ROOT_KEY | ROW_KEY
    return {f"raw.{endpoint.name}": columns | ROW_KEY, f"raw.{endpoint.lines.table}": lines}


def _typed(columns: tuple[Column, ...]) -> dict[str, str]:
    return {column.name: SQL_TYPES[column.type] for column in columns}


Declared = Mapping[str, Mapping[str, str]]
# Its copies of the tables have the earlier types too; dlt makes them anew.
DLT_STAGING = "_dlt_raw"
REQUIRED = "not null"
RENAMED = {"gone_at": "deleted_at", "gone_count": "deleted_count"}
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
    _rename_columns(connection, declared)
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


def _rename_columns(connection: DuckDBPyConnection, declared: Declared) -> None:
    """Give columns that an earlier version named otherwise their present name."""
    there = {(table, name) for table, name, *_ in connection.execute(THERE).fetchall()}
    for table, columns in declared.items():
        for old, new in RENAMED.items():
            if new in columns and (table, old) in there and (table, new) not in there:
                connection.execute(f"alter table {table} rename column {old} to {new}")
                connection.execute(f"drop schema if exists {DLT_STAGING} cascade")


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
