"""The truth about the simulated merchant agrees with itself and with the merchant's own stock."""

from collections import Counter
from datetime import UTC, date, datetime, timedelta
from time import process_time

import pytest

from cin7_pipeline.sandbox.simulation.merchant import Merchant
from cin7_pipeline.window import Window
from tests.expected import Read, Truth

NOW = datetime(2026, 9, 20, 20, tzinfo=UTC)
CUSTOM_FIELDS = (
    ("products", "products_1011", "tariff_code"),
    ("contacts", "members_1000", "portal_id"),
    ("sales_orders", "orders_1000", "carrier"),
)
GRAINS = {
    "products": "product_option_id size",
    "warehouses": "warehouse",
    "branch_warehouses": "branch_id",
    "sales_lines": "sales_order_id line_id size",
    "open_sales_lines": "sales_order_id line_id size",
    "return_lines": "credit_note_id line_id size",
    "purchase_order_lines": "purchase_order_id line_id size",
    "transfer_lines": "transfer_id line_id size",
    "replenishments": "kind document_id line_id size",
    "inventory": "product_option_id size warehouse",
    "inventory_daily": "snapshot_on product_option_id size warehouse",
    "demand_daily": "product_option_id size warehouse channel sold_on",
    "component_demand_daily": "product_option_id size warehouse sold_on basis",
    "demand_series": "unique_id ds",
    "lead_times": "kind lane product_option_id size",
    "projected_stock": "product_option_id size warehouse day_on",
    "projected_stock_explained": "product_option_id size warehouse day_on kind document_id line_id",
    "available_to_sell": "product_option_id size warehouse",
    "order_readiness": "sales_order_id",
    "price_list": "product_option_id size tier currency",
    "customers": "customer_id",
    "custom_fields": "document_kind document_id name",
    "reconciliation": "product_option_id size warehouse measure",
    "excluded_lines": "document_kind document_id line_id size rule",
    "data_issues": "issue document_kind document_id line_id",
    "sync_status": "entity",
    "sync_coverage": "entity day_on",
}


@pytest.fixture(scope="module")
def merchant():
    """A merchant that opened at the start of June 2026."""
    return Merchant(opened_on=date(2026, 6, 1))


@pytest.fixture(scope="module")
def tables(merchant):
    """The tables after one read of every day since the opening."""
    return told(merchant, [Read(NOW, Window.days(date(2026, 5, 1), NOW.date()))])


def told(merchant, reads):
    """The merchant's tables after these reads."""
    truth = Truth(merchant.ledger, time_zone=merchant.time_zone, custom_fields=CUSTOM_FIELDS)
    return truth.tables(reads)


def per_item(rows, quantity, where="warehouse"):
    """A quantity summed per item and warehouse, without the zeros."""
    sums = Counter()
    for row in rows:
        sums[row["product_option_id"], row["size"], row[where]] += row[quantity]
    return {key: total for key, total in sums.items() if total}


@pytest.mark.parametrize("table", GRAINS)
def test_every_table_has_rows_and_no_two_of_one_grain(tables, table):
    """The grain of the contract names each row of the merchant's tables."""
    keys = Counter(tuple(row[name] for name in GRAINS[table].split()) for row in tables[table])
    assert keys
    assert [key for key, count in keys.items() if count > 1] == []


def test_open_sales_are_what_the_merchants_stock_reserves(tables):
    """Cin7's `openSales` is the open quantity of approved, undispatched orders with a branch."""
    of_branches = [row for row in tables["open_sales_lines"] if row["branch_id"]]
    ours = per_item(of_branches, "open_quantity")
    assert ours == per_item(tables["inventory"], "open_sales")
    assert ours


def test_open_purchase_orders_are_what_the_merchants_stock_calls_incoming(tables):
    """Cin7's `incoming` is the open quantity of active purchase orders, without transfers."""
    active = [row for row in tables["purchase_order_lines"] if row["state"] == "Active"]
    ours = per_item(active, "open_quantity")
    assert ours == per_item(tables["inventory"], "incoming")
    assert ours


def test_goods_on_their_way_are_what_the_merchants_stock_holds(tables):
    """Cin7's `holding` contains dispatched transfers, and here nothing else."""
    ours = Counter()
    held = Counter()
    for row in tables["inventory"]:
        ours[row["product_option_id"], row["size"]] += row["in_transit"]
        held[row["product_option_id"], row["size"]] += row["holding"]
    assert ours == held
    assert ours.total()


def test_every_line_is_sold_or_left_out_by_a_rule(merchant, tables):
    """No line of a sales order or a credit note is dropped, and none is both in and out."""
    books = merchant.ledger(NOW)
    for kind, key, table, documents in (
        ("sales_order", "sales_order_id", "sales_lines", books.sales_orders),
        ("credit_note", "credit_note_id", "return_lines", books.credit_notes),
    ):
        there = {(d.id, line.id) for d in documents if not d.deleted_at for line in d.lines}
        included = {(row[key], row["line_id"], row["size"]) for row in tables[table]}
        excluded = {
            (row["document_id"], row["line_id"], row["size"])
            for row in tables["excluded_lines"]
            if row["document_kind"] == kind
        }
        assert not included & excluded
        assert {row[:2] for row in included | excluded} == there


def test_syncing_often_ends_where_reading_everything_does(merchant, tables):
    """However the reads are cut, what still exists is known the same; what vanished is gone."""
    moments = [NOW - timedelta(days=day) for day in range(108, -1, -6)]
    synced = told(merchant, [Read(moment, Window.lookback(moment, 7)) for moment in moments])
    books = merchant.ledger(NOW)
    deleted = {d.id for d in (*books.sales_orders, *books.credit_notes) if d.deleted_at}
    for table in ("sales_lines", "open_sales_lines", "return_lines"):
        grain = GRAINS[table].split()
        rows = {tuple(row[name] for name in grain): row for row in synced[table]}
        assert {key: row for key, row in rows.items() if key[0] not in deleted} == {
            tuple(row[name] for name in grain): row for row in tables[table]
        }
    assert {row["document_id"] for row in synced["excluded_lines"] if row["rule"] == "gone"}


def test_opening_and_receipts_less_demand_are_the_projection(tables):
    """Nothing appears and nothing is lost on any day of any item and warehouse."""
    closed = {}
    for row in tables["projected_stock"]:
        pair = row["product_option_id"], row["size"], row["warehouse"]
        receipts = row["purchase_receipts"] + row["transfer_receipts"]
        assert row["opening"] + receipts - row["demand"] == row["projected"]
        assert row["opening"] == closed.get(pair, row["opening"])
        closed[pair] = row["projected"]
    assert len(closed) > 100


def test_every_projected_day_is_explained_by_movements(tables):
    """The movements up to a day add up to its projected stock, exactly."""
    grain = GRAINS["projected_stock"].split()
    moved = Counter()
    for row in tables["projected_stock_explained"]:
        moved[tuple(row[name] for name in grain)] += row["quantity"]
    balance = Counter()
    for row in tables["projected_stock"]:
        *pair, day = (row[name] for name in grain)
        balance[*pair] += moved[*pair, day]
        assert balance[*pair] == row["projected"]


def test_every_unit_sold_is_in_the_demand_and_in_the_series(tables):
    """Demand is sales less returns, however it is cut."""
    sold = sum(row["quantity"] for row in tables["sales_lines"])
    returned = sum(row["quantity"] for row in tables["return_lines"])
    assert sum(row["net_quantity"] for row in tables["demand_daily"]) == sold - returned
    today = date(2026, 9, 21)
    over = sum(row["net_quantity"] for row in tables["demand_daily"] if row["sold_on"] < today)
    assert all(row["y"] is not None for row in tables["demand_series"])
    assert sum(row["y"] for row in tables["demand_series"]) == over


def test_our_figures_are_cin7s_but_for_kits_and_orders_without_a_branch(merchant, tables):
    """Cin7 reserves the kit where an order names it, our figures what will leave the shelf."""
    kits = {p.id for p in merchant.ledger(NOW).products if p.components}
    options = {row["product_option_id"] for row in tables["products"] if row["product_id"] in kits}
    parts = {c.option_id for p in merchant.ledger(NOW).products for c in p.components}
    differing = [
        row
        for row in tables["reconciliation"]
        if row["difference"] and row["warehouse"] != "unmapped"
    ]
    assert {row["measure"] for row in differing} == {"open_sales"}
    assert {row["product_option_id"] for row in differing} <= options | parts


def test_the_tables_of_the_usual_account_take_less_than_six_seconds(merchant):
    """Telling the truth is quick enough to stand in every test of the pipeline."""
    merchant.ledger(NOW)
    started = process_time()
    told(merchant, [Read(NOW, Window.whole())])
    assert process_time() - started < 6
