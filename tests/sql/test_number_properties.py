"""What raw accepts, the models can build: numbers and dates of the whole range, all at once."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cin7_pipeline.models.build import build_all, prepare_connection
from cin7_pipeline.models.catalogue import Catalogue
from cin7_pipeline.models.settings_tables import write_business_settings
from cin7_pipeline.omni.endpoints import ENDPOINTS
from cin7_pipeline.settings import BusinessSettings
from cin7_pipeline.warehouse.raw_tables import create_raw_tables
from tests.sql.cases import VARIABLES, Rows

MOST = Decimal("99999999999999.9999")
BARCODE = Decimal("9312345678901")
# Where a rule begins, and what people type: the edges are tried far more often than chance would.
EDGES = [
    0,
    1,
    Decimal("0.0001"),
    2_000,
    6_500_000,
    93_123_456,
    10**9 - 1,
    10**9,
    10**12 - 1,
    10**12,
]
numbers = st.sampled_from([*EDGES, BARCODE, -BARCODE, MOST, -MOST]) | st.decimals(
    -MOST, MOST, places=4
)
rates = st.decimals(Decimal("-9999999999.99999999"), Decimal("9999999999.99999999"), places=8)
FIRST, LAST = datetime.fromisoformat("0002-01-01"), datetime.fromisoformat("9999-12-31")
moments = st.sampled_from([datetime(2026, 6, day, tzinfo=UTC) for day in (1, 15, 29)]) | (
    st.datetimes(FIRST, LAST, timezones=st.just(UTC))
)
DOCUMENTS = {
    "sales_orders": "sales_order_lines",
    "purchase_orders": "purchase_order_lines",
    "branch_transfers": "branch_transfer_lines",
    "credit_notes": "credit_note_lines",
}
KINDS = dict(
    zip(DOCUMENTS, ("sales_order", "purchase_order", "transfer", "credit_note"), strict=True)
)
STOCK = ("raw.stock", "raw.stock_snapshots")
KNOWN: dict[str, Rows] = {
    "raw.branches": [{"id": 1, "company": "East"}, {"id": 2, "company": "West"}],
    "raw.product_options": [
        {"id": 10, "size": "", "code": "A"},
        {"id": 11, "size": "S", "code": "B"},
        {"id": 11, "size": "M", "code": "B"},
    ],
}
LINKS = {
    "branch_id": 1,
    "source_branch_id": 1,
    "destination_branch_id": 2,
    "is_approved": True,
    "tax_status": "Excl",
}
# The other numbers of a line are counts of something else, or are not read by any model.
UNITS = ("qty", "qty_shipped", "qty_transferred")
MONEY = ("unit_price", "unit_cost", "discount")


@pytest.fixture(scope="module")
def account(catalogue: Catalogue) -> duckdb.DuckDBPyConnection:
    """An empty account with its raw tables, which each example fills anew."""
    connection = duckdb.connect()
    # For a handful of rows, planning a query is nearly all of its time.
    connection.execute("set threads = 1; pragma disable_optimizer")
    create_raw_tables(connection, ENDPOINTS.values())
    write_business_settings(connection, BusinessSettings())
    prepare_connection(connection, VARIABLES)
    return connection


def filled(draw: st.DrawFn, types: dict[str, str], given_values: dict[str, Any]) -> dict[str, Any]:
    """A row with a value of the whole range in each number and date that is not given."""
    strategies: dict[str, st.SearchStrategy[Any]] = {
        "DECIMAL(18,4)": numbers,
        "DECIMAL(18,8)": rates,
        "TIMESTAMP WITH TIME ZONE": st.none() | moments,
    }
    row = {name: value for name, value in given_values.items() if name in types}
    for name, kind in types.items():
        if name not in row and kind in strategies and name not in ("deleted_at", "read_at"):
            row[name] = draw(strategies[kind])
    return row


@st.composite
def accounts(draw: st.DrawFn, types_of: Callable[[str], dict[str, str]]) -> dict[str, Rows]:
    """Two documents of each kind, a line with and one without sizes each, and stock of every item."""
    rows = dict(KNOWN)
    for table, lines in DOCUMENTS.items():
        owner = next(name for name in types_of(f"raw.{lines}") if name.endswith("_id"))
        rows[f"raw.{table}"], rows[f"raw.{lines}"] = [], []
        for document_id in (1, 2):
            head = {"id": document_id, "reference": f"NO-{document_id}", **LINKS}
            rows[f"raw.{table}"].append(filled(draw, types_of(f"raw.{table}"), head))
            for line_id, option_id in ((1, 10), (2, 11)):
                line = {owner: document_id, "id": line_id, "product_option_id": option_id}
                if option_id == 11:
                    parts = [(name, draw(numbers)) for name in ("S", "M")]
                    packed = "\n".join(f"{quantity}|{name}||" for name, quantity in parts)
                    listed = ", ".join(f'{{"name": "{n}", "qty": {q}}}' for n, q in parts)
                    line |= {"sizes": f"[{listed}]", "size_codes": packed}
                rows[f"raw.{lines}"].append(filled(draw, types_of(f"raw.{lines}"), line))
    keys = {"snapshot_on": date(2026, 6, 29), "branch_transfer_id": 1, **LINKS}
    rows["raw.transit_snapshots"] = [
        filled(draw, types_of("raw.transit_snapshots"), {"line_id": line["id"], **line, **keys})
        for line in rows["raw.branch_transfer_lines"][:2]
    ]
    for table in STOCK:
        keys = {"branch_id": 1, "snapshot_on": date(2026, 6, 29)}
        rows[table] = [
            filled(draw, types_of(table), {"product_option_id": o, "size": s, **keys})
            for o, s in ((10, ""), (11, "S"), (11, "M"))
        ]
    return rows


def fill(connection: duckdb.DuckDBPyConnection, rows: dict[str, Rows]) -> None:
    """Put the rows into their tables, and nothing else."""
    for table, entries in rows.items():
        connection.execute(f"delete from {table}")
        for row in entries:
            marks = ", ".join("?" for _ in row)
            names = ", ".join(row)
            connection.execute(f"insert into {table} ({names}) values ({marks})", [*row.values()])


def odd_lines(rows: dict[str, Rows]) -> set[tuple[str, int, int]]:
    """The lines on which a number is a billion units, or a million millions of money, or more."""
    found = set()
    for table, lines in DOCUMENTS.items():
        for row in rows[f"raw.{lines}"]:
            document_id = next(value for name, value in row.items() if name.endswith("_id"))
            is_read = {*row} - (
                set() if table in ("sales_orders", "credit_notes") else {"discount"}
            )
            is_read -= {"qty_shipped"} if table == "credit_notes" else set()
            is_read -= {"unit_cost"} if table != "branch_transfers" else set()
            units = [abs(row[name]) for name in UNITS if name in is_read]
            money = [abs(row[name]) for name in MONEY if name in is_read]
            if max(units) >= 10**9 or max(money) >= 10**12:
                found.add((KINDS[table], document_id, row["id"]))
    return found


@settings(max_examples=max(settings.default.max_examples // 12, 1))
@given(data=st.data())
def test_the_models_build_whatever_raw_accepts(
    account: duckdb.DuckDBPyConnection, catalogue: Catalogue, data: st.DataObject
) -> None:
    """Numbers and dates of the whole range stop no model; a line that cannot be is told and left out."""

    def types_of(table: str) -> dict[str, str]:
        described = account.execute(f"describe {table}").fetchall()
        return {name: kind for name, kind, *_ in described}

    rows = data.draw(accounts(types_of))
    fill(account, rows)
    reports = list(build_all(account, catalogue))
    assert [report.model for report in reports] == list(catalogue.models)
    for table, reason in (("data_issues", "issue"), ("excluded_lines", "rule")):
        told = account.execute(
            f"select document_kind, document_id, line_id from planning.{table}"
            f" where {reason} in ('quantity_implausible', 'value_implausible')"
        ).fetchall()
        assert odd_lines(rows) <= set(told)
