"""What models read beside `raw`: the variables of a build and the business settings as tables."""

from collections.abc import Iterable

from duckdb import DuckDBPyConnection
from pydantic import BaseModel

from cin7_pipeline.business_settings import BusinessSettings
from cin7_pipeline.settings import Settings
from cin7_pipeline.warehouse.statements import identifier
from cin7_pipeline.warehouse.tables import RECORDS


def build_variables(settings: Settings) -> dict[str, object]:
    """The variables that SQL reads with `getvariable`; `as_of` is the only "now" there is."""
    return {
        "as_of": settings.now(),
        "time_zone": settings.time_zone,
        "price_tier": settings.price_tier,
        "stale_after_days": settings.stale_after_days,
    }


def write_business_settings(connection: DuckDBPyConnection, business: BusinessSettings) -> None:
    """Replace the tables of schema `settings` by what the CSV files say."""
    _replace(connection, "settings.channels", business.channels)
    _replace(connection, "settings.warehouses", business.warehouses)
    _replace(connection, "settings.customer_groups", business.customer_groups)
    _replace(connection, "settings.custom_fields", business.custom_fields)


def _replace(connection: DuckDBPyConnection, table: str, rules: Iterable[BaseModel]) -> None:
    """By name, for a table that an earlier version made has its columns in another order."""
    columns = ", ".join(map(identifier, RECORDS[table]))
    places = ", ".join("?" * len(RECORDS[table]))
    connection.execute(f"delete from {table}")
    for rule in rules:
        values = list(rule.model_dump().values())
        connection.execute(f"insert into {table} ({columns}) values ({places})", values)
