"""The names of tables and columns, which other programs rely on."""

from decimal import Decimal

import pytest

LINE = "line_id size order_number product_option_id sku"
STOCK = (
    "product_option_id size warehouse sku on_hand open_sales available incoming in_transit"
    " holding virtual as_of_at"
)
ITEM = "product_option_id size warehouse sku"
COLUMNS = {
    "products": "product_option_id size sku product_id style_code name category sub_category"
    " brand option_1 option_2 option_3 barcode supplier_id product_status option_status"
    " stock_control is_kit weight volume unit_cost unit_price currency created_on supplier_code",
    "warehouses": "warehouse is_enabled branch_count",
    "branch_warehouses": "branch_id branch_name branch_type is_active warehouse is_mapped",
    "sales_lines": f"{LINE} sales_order_id channel source branch_id warehouse quantity unit_price"
    " discount net_amount currency created_on dispatched_on invoiced_on sold_on sold_on_basis"
    " customer_id customer_group ordered_quantity tax_status order_root",
    "open_sales_lines": f"{LINE} sales_order_id channel warehouse ordered_quantity"
    " shipped_quantity open_quantity due_on stage age_days is_stale branch_id customer_id"
    " is_included order_root",
    "return_lines": f"{LINE} credit_note_id sales_reference warehouse quantity returned_on"
    " branch_id channel customer_id value",
    "purchase_order_lines": f"{LINE} purchase_order_id status state supplier_id branch_id"
    " warehouse ordered_quantity received_quantity open_quantity unit_cost currency created_on"
    " eta_on received_on etd_on",
    "transfer_lines": f"{LINE} transfer_id source_branch_id destination_branch_id"
    " source_warehouse destination_warehouse state quantity received_quantity open_quantity"
    " approved_on dispatched_on received_on expected_on age_days expected_on_basis",
    "replenishments": f"{LINE} kind document_id source destination_warehouse state open_quantity"
    " expected_on expected_on_basis is_overdue is_counted why_not_counted"
    " source_branch_or_supplier_id promised_on",
    "inventory": STOCK,
    "inventory_daily": f"{STOCK} snapshot_on",
    "demand_daily": f"{ITEM} channel sold_on sold_quantity returned_quantity net_quantity order_count"
    " customer_count largest_customer_share",
    "component_demand_daily": f"{ITEM} sold_on basis quantity kit_count",
    "demand_series": "unique_id ds y is_in_stock",
    "lead_times": "kind lane product_option_id size sku observation_count mean_days sd_days"
    " p50_days p80_days p95_days on_time_share lane_name",
    "projected_stock": f"{ITEM} day_on opening purchase_receipts transfer_receipts demand"
    " projected_known projected days_of_cover is_stockout",
    "projected_stock_explained": f"{ITEM} day_on kind document_id line_id order_number quantity",
    "available_to_sell": f"{ITEM} available available_plus_incoming available_less_holding"
    " available_plus_incoming_less_holding",
    "order_readiness": "sales_order_id order_number is_approved is_fully_picked is_recent"
    " has_delivery_country has_dispatch_quantity is_ready missing",
    "price_list": "product_option_id size tier currency sku price is_default_tier",
    "customers": "customer_id type group company is_duplicate_email is_email_usable order_count"
    " last_sold_on",
    "custom_fields": "document_kind document_id name value cin7_field",
    "reconciliation": f"{ITEM} measure ours cin7 difference",
    "excluded_lines": "document_kind document_id line_id size rule quantity value order_number",
    "data_issues": "issue document_kind document_id line_id severity",
    "sync_status": "entity data_as_of_at row_count",
    "sync_coverage": "entity day_on read_at",
}


@pytest.fixture
def tables(shop):
    """Every table with at least one row."""
    shop.on_hand(1, 1, 5)
    shop.option(2, "K", product_id=2, prices={"retailAUD": Decimal(9)})
    shop.product(2, order_type="Kit", custom_fields={"products_1": "x"})
    shop.bom(6, 2, (1, 2))
    shop.sale(1, shop.line(1), shop.line(6, option_id=2))
    shop.sale(2, shop.line(2), dispatched_at=None)
    shop.credit(3, shop.line(3, quantity=-1))
    shop.purchase(4, shop.line(4))
    shop.purchase(7, shop.line(7), member_id=8, received_at="2026-06-04")
    shop.transfer(5, shop.line(5))
    return shop.tables(custom_fields=[("products", "products_1", "season")])


def test_there_is_a_table_for_every_part_of_the_contract(tables):
    """The truth knows these tables and no others."""
    assert tables.keys() == COLUMNS.keys()


@pytest.mark.parametrize("table", COLUMNS)
def test_every_row_has_the_columns_of_its_table(tables, table):
    """Columns are those of the contract and those that stand beside them, without free text."""
    assert tables[table]
    for row in tables[table]:
        assert set(row) == set(COLUMNS[table].split())


def test_quantities_and_money_have_four_decimals(tables):
    """Every decimal is shown as `decimal(18,4)` holds it."""
    decimals = [
        value
        for rows in tables.values()
        for row in rows
        for value in row.values()
        if type(value).__name__ == "Decimal"
    ]
    assert decimals
    assert {value.as_tuple().exponent for value in decimals} == {-4}
