"""The tables of schema `settings`: what the files say, as models read it."""

from datetime import date
from decimal import Decimal

import duckdb

from cin7_pipeline.models.settings_tables import write_business_settings
from cin7_pipeline.settings import BusinessSettings, WarehouseRule
from cin7_pipeline.settings.business import CustomerGroupRule
from cin7_pipeline.settings.planning_rules import StockHistoryRow


def test_a_rule_stands_in_its_table_whatever_its_columns_are_called() -> None:
    """Fields of a rule fill the columns of its table by their place, as some are called otherwise."""
    business = BusinessSettings(
        warehouses=(WarehouseRule(branch_id=3, warehouse="Main", is_enabled=True),),
        customer_groups=(CustomerGroupRule(group="Staff", is_included=False),),
        stock_history=(
            StockHistoryRow(
                sku="A", warehouse="Main", day=date(2026, 6, 1), on_hand=Decimal("1.5")
            ),
        ),
    )
    with duckdb.connect() as connection:
        write_business_settings(connection, business)
        found = {
            table: connection.execute(f"from settings.{table}").fetchall()
            for table in ("warehouses", "customer_groups", "stock_history", "item_links")
        }
    assert found == {
        "warehouses": [(3, "Main", True)],
        "customer_groups": [("Staff", False)],
        "stock_history": [("A", "Main", date(2026, 6, 1), Decimal("1.5"))],
        "item_links": [],
    }
