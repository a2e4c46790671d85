"""Tables, columns and issues of the contract whose model is still to be written.

An entry leaves with the commit that adds its model; this module leaves when it is empty.
"""

from cin7_pipeline.sandbox.truth.account import Tables

TABLES = {
    "demand_daily",
    "component_demand_daily",
    "demand_series",
    "lead_times",
    "projected_stock",
    "projected_stock_explained",
    "customers",
    "reconciliation",
}
COLUMNS = {
    "sales_lines": {"order_root"},
    "open_sales_lines": {"order_root"},
    "replenishments": {"promised_on", "expected_on"},
}
ISSUES = {"bom_cycle", "bom_component_unknown"}


def without_awaited(tables: Tables) -> Tables:
    """The tables that can be compared with the pipeline's today."""
    ready = {name: rows for name, rows in tables.items() if name not in TABLES}
    for name, awaited in COLUMNS.items():
        ready[name] = [
            {column: value for column, value in row.items() if column not in awaited}
            for row in ready[name]
        ]
    issues = [row for row in tables["data_issues"] if row["issue"] not in ISSUES]
    return ready | {"data_issues": issues}
