"""The tables that models read and no model makes: schemas `raw` and `settings`, as they are typed.

Raw tables follow from the endpoint declarations; the others are written out here once.
"""

from duckdb import DuckDBPyConnection

from cin7_pipeline.api.declaration import Column, ColumnType, Endpoint
from cin7_pipeline.api.endpoints import ENDPOINTS
from cin7_pipeline.warehouse.migration import migrate
from cin7_pipeline.warehouse.statements import identifier

SQL_TYPES = {
    ColumnType.ID: "bigint",
    ColumnType.TEXT: "varchar",
    ColumnType.KEY_TEXT: "varchar not null default ''",
    ColumnType.TIMESTAMP: "timestamp with time zone",
    ColumnType.NUMBER: "decimal(18, 4)",
    ColumnType.RATE: "decimal(18, 8)",
    ColumnType.FLAG: "boolean",
    ColumnType.JSON: "varchar",
    ColumnType.PARTS: "varchar",
    ColumnType.EMAIL_HASH: "varchar",
    ColumnType.EMAIL_STATE: "varchar",
    ColumnType.CUSTOM_FIELDS: "varchar",
}

MOMENT = SQL_TYPES[ColumnType.TIMESTAMP]
NUMBER = SQL_TYPES[ColumnType.NUMBER]
KEY_TEXT = SQL_TYPES[ColumnType.KEY_TEXT]

# What we know of a record beside what Cin7 says: its version, when it was read, since when it is
# no longer there.
TRACKING = {
    "row_hash": "varchar",
    "read_at": MOMENT,
    "gone_at": MOMENT,
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
        "gone_count": "bigint",
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
