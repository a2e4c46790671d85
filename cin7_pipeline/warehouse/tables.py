"""The tables that models read and no model makes: schemas `raw` and `settings`, as they are typed.

Raw tables follow from the endpoint declarations; the others are written out here once.
"""

from duckdb import DuckDBPyConnection

from cin7_pipeline.api.endpoints import ENDPOINTS, Column, ColumnType, Endpoint

SQL_TYPES = {
    ColumnType.ID: "bigint",
    ColumnType.TEXT: "varchar",
    ColumnType.KEY_TEXT: "varchar not null default ''",
    ColumnType.TIMESTAMP: "timestamp with time zone",
    ColumnType.NUMBER: "decimal(18, 4)",
    ColumnType.RATE: "decimal(18, 8)",
    ColumnType.FLAG: "boolean",
    ColumnType.JSON: "varchar",
    ColumnType.EMAIL_HASH: "varchar",
}

# What we know of a record beside what Cin7 says: its version, when it was read, since when it is
# no longer there.
TRACKING = {
    "row_hash": "varchar",
    "read_at": "timestamp with time zone",
    "gone_at": "timestamp with time zone",
}

RECORDS = {
    "raw.stock_snapshots": {
        "snapshot_on": "date",
        "read_at": "timestamp with time zone",
        "product_option_id": "bigint",
        "branch_id": "bigint",
        "size": "varchar not null default ''",
        "product_id": "bigint",
        "code": "varchar",
        "stock_on_hand": "decimal(18, 4)",
        "open_sales": "decimal(18, 4)",
        "available": "decimal(18, 4)",
        "incoming": "decimal(18, 4)",
        "virtual": "decimal(18, 4)",
        "holding": "decimal(18, 4)",
    },
    "raw.sync_log": {
        "sync_id": "varchar",
        "entity": "varchar",
        "window_start": "timestamp with time zone",
        "window_end": "timestamp with time zone",
        "lookback_days": "integer",
        "started_at": "timestamp with time zone",
        "finished_at": "timestamp with time zone",
        "row_count": "bigint",
        "new_count": "bigint",
        "changed_count": "bigint",
        "unchanged_count": "bigint",
        "gone_count": "bigint",
        "call_count": "bigint",
        "seconds": "double",
    },
    "raw.sync_coverage": {
        "entity": "varchar",
        "day_on": "date",
        "read_at": "timestamp with time zone",
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
}


def table_columns() -> dict[str, dict[str, str]]:
    """Every raw and settings table as `schema.table` → column → DuckDB type."""
    tables: dict[str, dict[str, str]] = {}
    for endpoint in ENDPOINTS.values():
        tables |= _endpoint_tables(endpoint)
    return tables | RECORDS


def create_raw_tables(connection: DuckDBPyConnection) -> None:
    """Create those raw and settings tables that do not exist yet, all empty."""
    for schema in ("raw", "settings"):
        connection.execute(f"create schema if not exists {schema}")
    for table, columns in table_columns().items():
        body = ", ".join(f'"{name}" {kind}' for name, kind in columns.items())
        connection.execute(f"create table if not exists {table} ({body})")


def _endpoint_tables(endpoint: Endpoint) -> dict[str, dict[str, str]]:
    tables = {f"raw.{endpoint.name}": _typed(endpoint.columns) | TRACKING}
    if endpoint.lines is not None:
        parent = {endpoint.lines.parent_key: SQL_TYPES[ColumnType.ID]}
        tables[f"raw.{endpoint.lines.table}"] = parent | _typed(endpoint.lines.columns)
    return tables


def _typed(columns: tuple[Column, ...]) -> dict[str, str]:
    return {column.name: SQL_TYPES[column.type] for column in columns}
