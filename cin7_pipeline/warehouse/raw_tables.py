"""This module creates the tables of schema `raw`, and adds what a later version declares.

A raw table follows from its endpoint; the other tables are declared here. It changes no type and drops no
raw table: what an earlier version stored stays for whoever goes back to it.
"""

from collections.abc import Iterable, Iterator

from duckdb import DuckDBPyConnection

from cin7_pipeline.errors import PipelineError
from cin7_pipeline.omni.endpoint import Column, ColumnType, Endpoint
from cin7_pipeline.warehouse.connection import transaction
from cin7_pipeline.warehouse.sql import identifier
from cin7_pipeline.warehouse.transit import DERIVE_TRANSIT

NOT_NULL = " not null default ''"
SQL_TYPES = {
    ColumnType.ID: "bigint",
    ColumnType.TEXT: "varchar",
    ColumnType.TEXT_NOT_NULL: f"varchar{NOT_NULL}",
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

TIMESTAMP = SQL_TYPES[ColumnType.TIMESTAMP]
DECIMAL = SQL_TYPES[ColumnType.DECIMAL]

# What is known of a record beside what Cin7 says: its version, when it was read, since when it is deleted.
TRACKING = {"row_hash": "varchar", "read_at": TIMESTAMP, "deleted_at": TIMESTAMP}
# Where in its document a line stands, from 1, where its id does not tell it from the others.
PLACE = {"place": "integer"}
# By these keys dlt links a line to its document and replaces both together; ours hold the document's own id.
ROW_KEY, ROOT_KEY = "_dlt_id", "_dlt_root_id"

RECORDS = {
    "raw.stock_snapshots": {
        "snapshot_on": "date",
        "read_at": TIMESTAMP,
        "product_option_id": "bigint",
        "branch_id": "bigint",
        "size": SQL_TYPES[ColumnType.TEXT_NOT_NULL],
        "product_id": "bigint",
        "code": "varchar",
        "stock_on_hand": DECIMAL,
        "open_sales": DECIMAL,
        "available": DECIMAL,
        "incoming": DECIMAL,
        "virtual": DECIMAL,
        "holding": DECIMAL,
    },
    "raw.transit_snapshots": {
        "snapshot_on": "date",
        "read_at": TIMESTAMP,
        "branch_transfer_id": "bigint",
        "source_branch_id": "bigint",
        "destination_branch_id": "bigint",
        "dispatched_date": TIMESTAMP,
        "received_date": TIMESTAMP,
        "line_id": "bigint",
        "parent_id": "bigint",
        "product_option_id": "bigint",
        "code": "varchar",
        "qty": DECIMAL,
        "qty_transferred": DECIMAL,
        "sizes": "varchar",
    },
    "raw.document_changes": {
        "entity": "varchar",
        "document_id": "bigint",
        "line_id": "bigint",
        "field": "varchar",
        "before": "varchar",
        "after": "varchar",
        "modified_date": TIMESTAMP,
        "seen_at": TIMESTAMP,
    },
    "raw.sync_log": {
        "sync_id": "varchar",
        # Which load it was, counted from 1: the last is the one done last, whatever the clock said.
        "sequence": "bigint",
        "entity": "varchar",
        "window_start": TIMESTAMP,
        "window_end": TIMESTAMP,
        "complete_until": TIMESTAMP,
        "lookback_days": "integer",
        "started_at": TIMESTAMP,
        "finished_at": TIMESTAMP,
        "row_count": "bigint",
        "new_count": "bigint",
        "changed_count": "bigint",
        "unchanged_count": "bigint",
        "deleted_count": "bigint",
        "call_count": "bigint",
        "seconds": "double",
    },
    # Only what fails at present: the next load of the entity that succeeds takes its row away.
    "raw.sync_failures": {
        "entity": "varchar",
        "failing_since": TIMESTAMP,
        "failed_at": TIMESTAMP,
        "error": "varchar",
    },
    "raw.sync_owner": {"owner": "varchar", "time_zone": "varchar", "price_tier": "varchar"},
    "raw.rejected_records": {
        "entity": "varchar",
        "id": "bigint",
        "field": "varchar",
        "reason": "varchar",
        "first_seen_at": TIMESTAMP,
        "last_seen_at": TIMESTAMP,
    },
    "raw.sync_coverage": {"entity": "varchar", "day_on": "date", "read_at": TIMESTAMP},
}

# One snapshot a day, and one read of a day: a later one takes the place of an earlier (`load/commit.py`).
PRIMARY_KEYS = {
    "raw.stock_snapshots": "snapshot_on, product_option_id, branch_id, size",
    "raw.document_changes": "entity, document_id, line_id, field, seen_at",
    "raw.sync_coverage": "entity, day_on",
    "raw.sync_failures": "entity",
    "raw.rejected_records": "entity, id, field",
}


# What an earlier version called a column, and what it is called now.
RENAMED = {"gone_at": "deleted_at", "gone_count": "deleted_count"}
# dlt's copies of the tables, which it makes anew; those of an earlier version lack the new columns.
DLT_STAGING = "_dlt_raw"
TRANSFERS = "raw.branch_transfers"
# What an earlier version built in the warehouse; now a build makes a release.
BUILT_SCHEMAS = ("planning", "issues", "core", "staging", "settings")


class CannotMigrate(PipelineError):
    """A table was made by another version with another type; nothing was changed."""


def table_columns(endpoints: Iterable[Endpoint]) -> dict[str, dict[str, str]]:
    """Return every raw table as `schema.table` → column → DuckDB type and constraint."""
    tables: dict[str, dict[str, str]] = {}
    for endpoint in endpoints:
        columns = _typed(endpoint.columns) | TRACKING
        if endpoint.lines is not None:
            columns[ROW_KEY] = "varchar"
            parent = {endpoint.lines.parent_key: SQL_TYPES[ColumnType.ID]}
            keys = {ROOT_KEY: "varchar", ROW_KEY: "varchar"}
            lines = parent | _typed(endpoint.lines.columns) | PLACE | keys
            tables[f"raw.{endpoint.lines.table}"] = lines
        tables[f"raw.{endpoint.name}"] = columns
    return tables | RECORDS


def _typed(columns: Iterable[Column]) -> dict[str, str]:
    return {column.name: SQL_TYPES[column.type] for column in columns}


def create_raw_tables(connection: DuckDBPyConnection, endpoints: Iterable[Endpoint]) -> None:
    """Create the tables that are missing, and the columns that are missing in those that exist.

    A new column is null in the rows that are there, or '' where it is text that is never null. All happens
    or nothing; where nothing is missing, nothing is written.

    Raises:
        CannotMigrate: another version made a column with another type.
    """
    declared = table_columns(endpoints)
    connection.execute("create schema if not exists raw")
    existing: dict[str, dict[str, str]] = dict(
        connection.execute("""
            select schema_name || '.' || table_name, map(list(column_name), list(data_type))
            from duckdb_columns()
            where database_name = current_database() and not internal
            group by all
        """).fetchall()
    )
    steps: list[str] = []
    for table, columns in declared.items():
        if table in existing:
            steps += _upgrade(connection, table, columns, existing[table])
            continue
        parts = [f"{identifier(name)} {kind}" for name, kind in columns.items()]
        if table in PRIMARY_KEYS:
            parts.append(f"primary key ({PRIMARY_KEYS[table]})")
        steps.append(f"create table {table} ({', '.join(parts)})")
    if (
        "raw.transit_snapshots" not in existing
        and {"raw.stock_snapshots", TRANSFERS} <= existing.keys()
    ):
        steps.append(DERIVE_TRANSIT)
    schemas = {table.partition(".")[0] for table in existing}
    steps += [f"drop schema {schema} cascade" for schema in BUILT_SCHEMAS if schema in schemas]
    if not steps:
        return
    with transaction(connection):
        for step in steps:
            connection.execute(step)
        connection.execute(f"drop schema if exists {DLT_STAGING} cascade")


def _upgrade(
    connection: DuckDBPyConnection, table: str, columns: dict[str, str], existing: dict[str, str]
) -> Iterator[str]:
    """Yield what makes the declared columns of an older table: renames, then additions."""
    for old, new in RENAMED.items():
        if old in existing and new in columns and new not in existing:
            existing = {**existing, new: existing[old]}
            yield f"alter table {table} rename column {old} to {new}"
    for name, kind in columns.items():
        if name not in existing:
            yield f"alter table {table} add column {identifier(name)} {kind}"
            continue
        wanted = str(connection.sqltype(kind.removesuffix(NOT_NULL)))
        if existing[name] != wanted:
            msg = (
                f"{table}.{name} is {existing[name]} in this warehouse and {wanted} in this version."
                " Nothing was changed; use the version that made it, or there `cin7 backup`, then move"
                " the file away, `cin7 backup --restore` here, and read Cin7 again"
            )
            raise CannotMigrate(msg)
