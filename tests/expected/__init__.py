"""This package is the oracle: what the planning tables must say, worked out apart from our SQL.

It computes the rows of the tables in `COMPARED` from the ledger of the simulated merchant and from the list
of reads: which loads there were, when, and what each asked for. It reads neither the warehouse nor the SQL
models, and no rule of it may be copied from them: where a table and the oracle disagree, one of the two is
wrong, and the table's comments, the API's facts or the settings' documentation decide which.

    oracle = Oracle(merchant.ledger, time_zone="Australia/Sydney")
    tables = oracle.tables([Read(now, Window.lookback(now, 90))])
    tables["sales_lines"][0]["quantity"]

Only what is arithmetic is computed here. The planning tables in `SHOWN_BY_CASES` rest on the given and
expected rows in `tests/sql/`, and so do columns of free text and the load's own counters (`NOT_COMPUTED`).

Read `oracle.py` first: it names the modules in the order in which they build on each other. A module is
called like the planning table that it makes; `known_documents`, `items`, `entries`, `document_attributes`,
`warehouses`, `expected_dates` and `values` are what they share.
"""

from tests.expected.document_attributes import ChannelRule
from tests.expected.known_documents import Read
from tests.expected.oracle import Oracle

__all__ = ["COMPARED", "NOT_COMPUTED", "SHOWN_BY_CASES", "ChannelRule", "Oracle", "Read"]

# The tables that the oracle computes: the end-to-end tests compare every row of them.
COMPARED = {
    *("sales_lines", "open_sales_lines", "return_lines", "excluded_lines"),
    *("purchase_order_lines", "transfer_lines", "replenishments", "lead_times"),
    *("inventory", "inventory_daily", "demand_daily", "component_demand_daily"),
    *("demand_series", "demand_series_days"),
    *("sync_status", "sync_coverage"),
}
# The tables that rest on the cases in `tests/sql/planning/`, and on those of the models they are made of.
SHOWN_BY_CASES = {
    *("products", "warehouses", "branch_warehouses", "price_list", "available_to_sell"),
    *("customers", "custom_fields", "order_readiness", "reconciliation", "data_issues"),
    *("forecasts", "forecast_status", "forecast_accuracy", "document_changes"),
    *("item_policies", "suggested_orders", "exceptions", "item_classes", "suppliers"),
    *("stock_history", "positions", "series"),
    *("projected_stock", "projected_stock_explained"),
}
# Columns of compared tables that are left out: prose, what is only looked up or rests on cases, the load's
# own counters.
NOT_COMPUTED = {
    "sales_lines": {"cost_base", "cost_basis", "margin_base"},
    "open_sales_lines": {"name", "open_value", "currency", "open_value_base", "amount_basis"},
    "purchase_order_lines": {
        *("name", "supplier_name"),
        *("unit_cost_base", "open_value_base", "amount_basis"),
    },
    "transfer_lines": {"name"},
    "replenishments": {"name", "lane"},
    "inventory": {"name"},
    "excluded_lines": {"why", "created_on", "product_option_id", "sku", "warehouse"},
    "sync_status": {
        *("last_success_at", "lookback_days", "is_skipped"),
        *("call_count", "new_count", "changed_count", "gone_count", "rejected_count"),
        *("is_stale", "failing_since", "last_error"),
    },
}
