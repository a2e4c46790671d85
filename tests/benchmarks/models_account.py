"""A warehouse whose raw tables hold years of a shop with thousands of items: a small account, repeated.

Three months of the simulated merchant are read as a run reads them; a further period is the same three
months earlier, without what is still open, and a further range of items the same shop under other ids and
codes. Each day of the history has a snapshot of the stock, and all days count as read.
"""

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import duckdb
from duckdb import DuckDBPyConnection

from cin7_pipeline.omni.endpoints import ENDPOINTS
from cin7_pipeline.pipeline import read_entities
from cin7_pipeline.sandbox.serializers.account import MerchantAccount
from cin7_pipeline.sandbox.server.server import SandboxServer
from cin7_pipeline.sandbox.simulation.merchant import Merchant, Size
from cin7_pipeline.settings import Settings, load_settings
from cin7_pipeline.warehouse.connection import open_warehouse
from cin7_pipeline.warehouse.raw_tables import TIMESTAMP, create_raw_tables, table_columns
from cin7_pipeline.warehouse.sql import literal
from tests.benchmarks.orders import NOW

TIME_ZONE = "Australia/Sydney"
PERIOD_DAYS = 91
YEARS_OF_PERIODS = 8
RANGES = 13
SHOP = Size(products=155, orders_per_day=80, purchase_orders_per_week=28, transfers_per_week=28)
OPENED_ON = NOW.date() - timedelta(days=120)
# Several branches may be one warehouse; here the seven branches are four.
WAREHOUSES = """branch_id,warehouse,is_enabled
2,Main DC,yes
3,Main DC,yes
5,Retail,yes
8,Eastern 3PL,yes
11,West DC,yes
20,Main DC,yes
40,Retail,yes
"""
CHANNELS = "priority,field,pattern,channel,is_included\n10,source,Shopify,Shopify,yes\n"

# No id of the sandbox is as large, so that shifted ids never meet.
STEP = 10**8
STOCKING_BRANCHES = (3, 5, 8, 11)
ITEM_TABLES = ("products", "product_options", "contacts", "stock")
ITEM_COLUMNS = ("product_id", "product_option_id", "member_id", "supplier_id")
UNSHIFTED = ("branch_id", "source_branch_id", "destination_branch_id", "distribution_branch_id")
CODES = (
    "code",
    "style_code",
    "product_option_code",
    "product_option_size_code",
    "supplier_code",
    "barcode",
    "email_hash",
)
REFERENCES = ("reference", "sales_reference", "_dlt_id", "_dlt_root_id")
TRACKED = ("read_at", "deleted_at")
# What an earlier period has of each kind, and where its lines stand.
DOCUMENTS = {
    "sales_orders": (
        "dispatched_date is not null or is_void",
        "sales_order_lines",
        "sales_order_id",
    ),
    "purchase_orders": (
        "fully_received_date is not null or is_void",
        "purchase_order_lines",
        "purchase_order_id",
    ),
    "branch_transfers": (
        "received_date is not null",
        "branch_transfer_lines",
        "branch_transfer_id",
    ),
    "credit_notes": ("completed_date is not null", "credit_note_lines", "credit_note_id"),
    "adjustments": ("completed_date is not null", "adjustment_lines", "adjustment_id"),
    "production_jobs": (
        "completed_date is not null",
        "production_job_products",
        "production_job_id",
    ),
}
WHOLE = ("branches", "bom_masters", "bom_master_products", "sync_log")


def account_settings(data_dir: Path, base_url: str = "http://127.0.0.1/api") -> Settings:
    """Settings of the account at the moment that its history ends with."""
    return load_settings(
        username="sandbox",
        api_key="sandbox-key",
        base_url=base_url,
        time_zone=TIME_ZONE,
        data_dir=data_dir,
        as_of=NOW,
        lookback_days=PERIOD_DAYS,
        calls_per_second=100_000,
        calls_per_minute=1_000_000,
        calls_per_day=10_000_000,
    )


def read_shop(data_dir: Path, size: Size = SHOP) -> Path:
    """The warehouse of the small account, read over HTTP; made once."""
    path = account_settings(data_dir).warehouse_path
    if path.exists():
        return path
    account = MerchantAccount(Merchant(opened_on=OPENED_ON, size=size))
    with SandboxServer(account, clock=lambda: NOW, limits=None) as server:
        settings = account_settings(data_dir, server.base_url)
        read_entities(settings, dict.fromkeys(ENDPOINTS)).raise_failures()
    return path


def repeat_shop(shop: Path, data_dir: Path, *, periods: int, ranges: int = RANGES) -> Settings:
    """The settings of an account with that many periods of history and that many ranges of items."""
    settings = account_settings(data_dir)
    settings.rules_dir.mkdir(parents=True)
    (settings.rules_dir / "warehouses.csv").write_text(WAREHOUSES, encoding="utf-8")
    (settings.rules_dir / "channels.csv").write_text(CHANNELS, encoding="utf-8")
    with open_warehouse(settings.warehouse_path) as connection:
        _without_snapshot_key(connection)
        create_raw_tables(connection, ENDPOINTS.values())
        connection.execute(f"attach {literal(str(shop))} as shop (read_only)")
        # Moving a date by days keeps its time of day where the session's time zone is the account's.
        connection.execute(f"set TimeZone = {literal(TIME_ZONE)}")
        _write_repetitions(connection, periods, ranges)
        for statement in _copies(periods, settings.local_date(NOW)):
            connection.execute(statement)
    return settings


def order_lines(warehouse: Path) -> int:
    """Lines of sales orders that a warehouse holds."""
    with duckdb.connect(warehouse, read_only=True) as connection:
        [(count,)] = connection.execute("select count(*) from raw.sales_order_lines").fetchall()
    return int(count)


def _without_snapshot_key(connection: DuckDBPyConnection) -> None:
    """An index of millions of rows takes minutes to make, and no model reads it."""
    columns = table_columns(ENDPOINTS.values())["raw.stock_snapshots"]
    connection.execute("create schema raw")
    connection.execute(
        f"create table raw.stock_snapshots ({', '.join(f'{n} {kind}' for n, kind in columns.items())})"
    )


def _write_repetitions(connection: DuckDBPyConnection, periods: int, ranges: int) -> None:
    connection.execute(
        "create temp table repetitions as"
        f" select p.range as period, r.range as item_range, r.range * {STEP} as item_shift,"
        f" (p.range * {ranges} + r.range) * {STEP} as document_shift"
        f" from range({periods}) as p cross join range({ranges}) as r"
    )


def _copies(periods: int, today: date) -> Iterator[str]:
    """The statements that fill every raw table."""
    for table in WHOLE:
        yield f"insert into raw.{table} by name from shop.raw.{table}"
    for table in ITEM_TABLES:
        is_kept = f"branch_id in {STOCKING_BRANCHES}" if table == "stock" else "true"
        yield _item_copy(table, is_kept, periods)
    for table, (is_finished, lines, parent) in DOCUMENTS.items():
        is_kept = f"created_date >= timestamptz '{NOW}' - interval {PERIOD_DAYS} day"
        kept = f"{is_kept} and (period = 0 or {is_finished})"
        yield _document_copy(table, f"shop.raw.{table}", kept)
        source = (
            f"(select l.*, d.created_date, d.* exclude (id) from shop.raw.{lines} as l"
            f" inner join shop.raw.{table} as d on l.{parent} = d.id)"
        )
        yield _document_copy(lines, source, kept)
    days = periods * PERIOD_DAYS
    yield _snapshots(days, today)
    yield _coverage(days)


def _item_copy(table: str, is_kept: str, periods: int) -> str:
    """The table once for each range of items, all of them created before the history begins."""
    columns = table_columns(ENDPOINTS.values())[f"raw.{table}"]
    moved = f"interval {periods * PERIOD_DAYS} day"
    values = [
        _value(name, kind, "item_shift", moved if name == "created_date" else None)
        for name, kind in columns.items()
    ]
    return (
        f"insert into raw.{table} select {', '.join(values)}"
        f" from shop.raw.{table} cross join repetitions where period = 0 and {is_kept}"
    )


def _document_copy(table: str, source: str, is_kept: str) -> str:
    """The table once for each range of items and each period, which lies that much earlier."""
    columns = table_columns(ENDPOINTS.values())[f"raw.{table}"]
    moved = f"to_days((period * {PERIOD_DAYS})::integer)"
    values = [_value(name, kind, "document_shift", moved) for name, kind in columns.items()]
    return (
        f"insert into raw.{table} select {', '.join(values)}"
        f" from {source} cross join repetitions where {is_kept}"
    )


def _value(name: str, kind: str, own_shift: str, moved: str | None) -> str:
    """A column as the repetition has it; 0 is no id, and '' no code."""
    column = f'"{name}"'
    if kind == "bigint" and name not in (*UNSHIFTED, "sort"):
        shift = "item_shift" if name in ITEM_COLUMNS else own_shift
        return f"case when {column} > 0 then {column} + {shift} else {column} end"
    if name in CODES:
        return f"case when {column} <> '' then {column} || '/' || item_range else {column} end"
    if name in REFERENCES:
        return f"period || '.' || item_range || '.' || {column}"
    if kind == TIMESTAMP and name not in TRACKED and moved:
        return f"{column} - {moved}"
    return column


def _snapshots(days: int, today: date) -> str:
    """The stock of each day: today's, a little more or less, so that no two days are alike."""
    columns = [
        name
        for name in table_columns(ENDPOINTS.values())["raw.stock_snapshots"]
        if name != "snapshot_on"
    ]
    on_hand = "greatest(stock_on_hand + hash(product_option_id, branch_id, day) % 9 - 4, 0)"
    changed = {
        "read_at": "read_at - to_days(day::integer)",
        "stock_on_hand": on_hand,
        "available": f"{on_hand} - open_sales",
    }
    values = [changed.get(name, f'"{name}"') for name in columns]
    return (
        f"insert into raw.stock_snapshots select date '{today}' - day::integer,"
        f" {', '.join(values)} from range({days}) as d(day) cross join raw.stock"
    )


def _coverage(days: int) -> str:
    return (
        "insert into raw.sync_coverage select distinct entity,"
        f" date '{NOW.date()}' - day::integer, timestamptz '{NOW}'"
        f" from shop.raw.sync_coverage cross join range({days}) as d(day)"
    )
