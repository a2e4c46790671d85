"""This module makes the tables of schema `settings`, which models read: what the CSV files say.

Those of forecasts are filled from other files (`outside_forecasts`).
"""

from duckdb import DuckDBPyConnection

from cin7_pipeline.settings import BusinessSettings
from cin7_pipeline.warehouse.raw_tables import DECIMAL
from cin7_pipeline.warehouse.sql import identifier

SETTINGS = {
    "settings.channels": {
        "priority": "integer",
        "field": "varchar",
        "pattern": "varchar",
        "channel": "varchar",
        "is_included": "boolean",
    },
    "settings.warehouses": {"branch_id": "bigint", "warehouse": "varchar", "is_enabled": "boolean"},
    "settings.customer_groups": {"customer_group": "varchar", "is_included": "boolean"},
    "settings.not_stocked": {"field": "varchar", "pattern": "varchar"},
    "settings.forecast_files": {
        "engine": "varchar",
        "made_on": "date",
        "file": "varchar",
        "problem": "varchar",
        "cutoff_on": "date",
        "models": "varchar",
    },
    "settings.forecasts": {
        "engine": "varchar",
        "made_on": "date",
        "unique_id": "varchar",
        "ds": "date",
        "mean": "double",
        "p10": "double",
        "p50": "double",
        "p80": "double",
        "p90": "double",
        "p95": "double",
        "cumulative_p80": "double",
        "cumulative_p95": "double",
    },
    "settings.past_forecasts": {
        "engine": "varchar",
        "made_on": "date",
        "unique_id": "varchar",
        "ds": "date",
        "mean": "double",
    },
    "settings.custom_fields": {"entity": "varchar", "cin7_field": "varchar", "name": "varchar"},
    "settings.replenishment": {
        "line": "integer",
        "sku": "varchar",
        "category": "varchar",
        "supplier_id": "bigint",
        "warehouse": "varchar",
        "is_planned": "boolean",
        "review_days": "integer",
        "lead_days": "integer",
        "service_level": "decimal(18, 4)",
        "safety_days": "integer",
        "min_stock": DECIMAL,
        "max_stock": DECIMAL,
        "moq": DECIMAL,
        "multiple": DECIMAL,
        "source": "varchar",
    },
    "settings.stock_history": {
        "sku": "varchar",
        "warehouse": "varchar",
        "day_on": "date",
        "on_hand": DECIMAL,
    },
    "settings.item_links": {
        "line": "integer",
        "from_sku": "varchar",
        "to_sku": "varchar",
        "kind": "varchar",
        "share": "decimal(18, 4)",
        "from_on": "date",
    },
    "settings.stocktake_master": {
        "line": "integer",
        "sku": "varchar",
        "branch": "varchar",
        "safety_stock": DECIMAL,
        "optimal_stock": DECIMAL,
    },
}


def write_business_settings(connection: DuckDBPyConnection, business: BusinessSettings) -> None:
    """Make each table, with the rows of the file of its name; without one it is empty."""
    connection.execute("create schema if not exists settings")
    for table, types in SETTINGS.items():
        columns = ", ".join(f"{identifier(name)} {kind}" for name, kind in types.items())
        connection.execute(f"create or replace table {table} ({columns})")
        if rules := getattr(business, table.removeprefix("settings."), ()):
            # By place: a field of a rule may be called otherwise than its column.
            rows = [dict(zip(types, rule.model_dump().values(), strict=True)) for rule in rules]
            unnested = f"unnest(?::struct({columns})[], recursive := true)"
            connection.execute(f"insert into {table} select {unnested}", [rows])
