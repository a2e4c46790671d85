"""Which tables and columns the oracle computes; it agrees with the stock figures of the merchant."""

from collections import Counter
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
import yaml

from cin7_pipeline.models.catalogue import load_catalogue
from cin7_pipeline.sandbox.simulation.merchant import Merchant
from cin7_pipeline.window import Window
from tests.expected import COMPARED, NOT_COMPUTED, SHOWN_BY_CASES, Oracle, Read

CASES = Path(__file__).parents[1] / "sql" / "planning"
CONTRACT = CASES.parent / "contract.yaml"
NOW = datetime(2026, 9, 20, 20, tzinfo=UTC)


@pytest.fixture(scope="module")
def merchant():
    """A merchant that opened at the start of June 2026."""
    return Merchant(opened_on=date(2026, 6, 1))


@pytest.fixture(scope="module")
def tables(merchant):
    """The tables after one read of every day since the opening."""
    return tables_after(merchant, Read(NOW, Window.days(date(2026, 5, 1), NOW.date())))


def tables_after(merchant, *reads):
    """Return the merchant's tables after these reads."""
    return Oracle(merchant.ledger, time_zone=merchant.time_zone).tables(reads)


def per_item(rows, quantity):
    """Add up a quantity per item, without the zeros."""
    sums = Counter()
    for row in rows:
        sums[row["product_option_id"], row["size"]] += row[quantity]
    return {key: total for key, total in sums.items() if total}


def test_every_planning_table_is_compared_or_shown_by_cases():
    """A new planning table is computed by the oracle or has given and expected rows; nobody forgets it."""
    planning = {model.name for model in load_catalogue().models if model.schema == "planning"}
    assert {f"planning.{table}" for table in COMPARED | SHOWN_BY_CASES} == planning
    assert not COMPARED & SHOWN_BY_CASES
    assert {
        table for table in SHOWN_BY_CASES if (CASES / f"{table}.yaml").exists()
    } == SHOWN_BY_CASES


def test_every_compared_table_has_the_columns_of_the_contract(tables):
    """The oracle gives each table the contract's columns but those it names, and none but published ones."""
    assert tables.keys() == COMPARED
    contract, catalogue = yaml.safe_load(CONTRACT.read_text()), load_catalogue()
    for table, rows in tables.items():
        types = {kind: names for kind, names in contract.get(table, {}).items() if kind != "grain"}
        promised = {name for names in types.values() for name in names.split()}
        computed = set(rows[0])
        assert promised - NOT_COMPUTED.get(table, set()) <= computed
        assert computed <= catalogue.model(f"planning.{table}").columns.keys()
        assert {frozenset(row) for row in rows} == {frozenset(computed)}


@pytest.mark.parametrize(
    ("figure", "table", "quantity", "is_counted"),
    [
        ("open_sales", "open_sales_lines", "open_quantity", lambda row: row["branch_id"]),
        ("incoming", "purchase_order_lines", "open_quantity", lambda row: row["state"] == "Active"),
        ("holding", "inventory", "in_transit", lambda _: True),
    ],
)
def test_cin7s_own_stock_figures_are_what_its_open_documents_say(
    *, merchant, tables, figure, table, quantity, is_counted
):
    """Open sales are of orders with a branch, incoming of active purchase orders, holding of transfers.

    To the stock figures an order has left once it has a day of dispatch, also one that has not come.
    """
    left = {order.id for order in merchant.ledger(NOW).sales_orders if order.dispatched_at}
    rows = (row for row in tables[table] if row.get("sales_order_id") not in left)
    ours = per_item((row for row in rows if is_counted(row)), quantity)
    assert ours == per_item(tables["inventory"], figure)
    assert ours


def test_syncing_often_ends_where_reading_everything_does(merchant, tables):
    """However the reads are cut, what still exists is known the same; what was deleted is gone."""
    starts = [NOW - timedelta(days=day) for day in range(108, -1, -6)]
    synced = tables_after(merchant, *(Read(at, Window.lookback(at, 7)) for at in starts))
    ledger = merchant.ledger(NOW)
    deleted = {d.id for d in (*ledger.sales_orders, *ledger.credit_notes) if d.deleted_at}
    for table, key in (
        ("sales_lines", "sales_order_id"),
        ("open_sales_lines", "sales_order_id"),
        ("return_lines", "credit_note_id"),
    ):
        there, known = (
            {
                (row[key], row["line_id"], row["size"]): row
                for row in rows
                if row[key] not in deleted
            }
            for rows in (tables[table], synced[table])
        )
        assert known == there
    assert "gone" in {row["rule"] for row in synced["excluded_lines"]}
