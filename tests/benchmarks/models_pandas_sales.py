"""A peer's way: sales, open orders and demand, by pandas."""

import numpy as np
import pandas as pd
from pandas import DataFrame

from tests.benchmarks.models_account import TIME_ZONE
from tests.benchmarks.models_pandas_lines import (
    ITEM,
    PLACE,
    SIZE,
    TODAY,
    Raw,
    item_lines,
    local_day,
)

DATES = {
    "sold": "invoice_date",
    "dispatched_on": "dispatched_date",
    "created_on": "created_date",
    "due_on": "estimated_delivery_date",
}


def sales_tables(raw: Raw) -> dict[str, DataFrame]:
    """`sales_lines`, `open_sales_lines`, `demand_daily`, and the rows that demand is made of."""
    lines = _sales(raw)
    sold = _sold(lines)
    demand = pd.concat([_as_demand(sold, "sold_quantity"), _returns(raw)])
    demand[["sold_quantity", "returned_quantity"]] = demand[
        ["sold_quantity", "returned_quantity"]
    ].fillna(0.0)
    return {
        "sales_lines": sold,
        "open_sales_lines": _open(lines),
        "demand_daily": demand_daily(demand),
    }


def _sales(raw: Raw) -> DataFrame:
    """Lines of sales orders with their orders, but for components, descriptions, deleted and void ones."""
    orders = raw.table(
        "sales_orders",
        "id as document_id, reference as order_number, nullif(member_id, 0) as customer_id, source,"
        " nullif(branch_id, 0) as branch_id, stage, is_approved, is_void, upper(status) as status,"
        f" deleted_at, currency_code as currency, {', '.join(DATES.values())}",
    )
    for day, moment in DATES.items():
        orders[day] = local_day(orders[moment])
    for done in ("sold", "dispatched_on"):
        orders[done] = orders[done].where(orders[done] <= TODAY)
    is_void = orders["is_void"].fillna(False) | orders["status"].isin(["VOID", "VOIDED"])
    orders = orders[orders["deleted_at"].isna() & ~is_void & orders["is_approved"].fillna(False)]
    orders = orders.drop(
        columns=[*DATES.values(), "is_void", "status", "deleted_at", "is_approved"]
    )
    orders["sold_on"] = orders["sold"].fillna(orders["dispatched_on"])
    orders["channel"] = orders["source"].fillna("").replace("", "Direct")
    orders["warehouse"] = orders["branch_id"].map(raw.warehouses).fillna("unmapped")
    lines = item_lines(raw, "sales_order_lines", "sales_order_id", "qty_shipped", "sizes")
    # Of an order of which something was shipped, only what was is sold; its kits are shipped themselves.
    of_order = lines.groupby("document_id")["line_done"]
    lines["is_unshipped"] = (lines["line_done"] <= 0) & (of_order.transform("max") > 0)
    lines = lines[~lines["is_component"] & lines["product_option_id"].notna()]
    return lines.merge(_rooted(orders), on="document_id")


def _rooted(orders: DataFrame) -> DataFrame:
    """With the order that each was split from, where the same customer has it."""
    orders["root"] = orders["order_number"].str.extract(r"^(.+)-[A-Z]$", expand=False)
    held = orders[["order_number", "customer_id"]].drop_duplicates()
    held = held.rename(columns={"order_number": "root"}).assign(is_held=True)
    orders = orders.merge(held, on=["root", "customer_id"], how="left")
    orders["order_root"] = orders["root"].where(orders["is_held"].notna(), orders["order_number"])
    return orders.drop(columns=["root", "is_held"])


def _sold(lines: DataFrame) -> DataFrame:
    rows = lines[lines["dispatched_on"].notna() & ~lines["is_unshipped"]].copy()
    rows["quantity"] = rows["done_quantity"].where(rows["line_done"] > 0, rows["ordered_quantity"])
    rows["net_amount"] = (rows["quantity"] * rows["unit_price"] - rows["discount"]).round(4)
    names = "channel source branch_id warehouse product_option_id sku quantity unit_price discount"
    more = (
        "net_amount currency created_on dispatched_on sold_on customer_id order_root order_number"
    )
    return rows[[*SIZE, *names.split(), *more.split()]]


def _open(lines: DataFrame) -> DataFrame:
    rows = lines[lines["dispatched_on"].isna()].copy()
    rows["open_quantity"] = rows["ordered_quantity"] - rows["done_quantity"]
    rows["age_days"] = (TODAY - rows["created_on"]).dt.days
    names = "order_number channel warehouse product_option_id sku ordered_quantity open_quantity"
    return rows.loc[
        rows["open_quantity"] > 0, [*SIZE, *names.split(), "due_on", "stage", "age_days"]
    ]


def _as_demand(rows: DataFrame, measure: str) -> DataFrame:
    columns = [*PLACE, "sku", "channel", "sold_on", "customer_id", "order_root", "quantity"]
    return rows[columns].rename(columns={"quantity": measure})


def _returns(raw: Raw) -> DataFrame:
    key = ["sales_reference", "member_id"]
    columns = "id as document_id, branch_id, source, completed_date, deleted_at, is_approved"
    notes = raw.table("credit_notes", f"{columns}, upper(status) as status, {', '.join(key)}")
    orders = raw.table(
        "sales_orders", "id, reference as sales_reference, member_id, source as sold_by"
    )
    orders = orders.sort_values("id").drop_duplicates(key, keep="last").drop(columns="id")
    notes = notes.merge(orders, on=key, how="left", indicator="held")
    notes["source"] = notes["sold_by"].where(notes["held"] == "both", notes["source"])
    is_void = notes["status"].isin(["VOID", "VOIDED"])
    notes = notes[notes["deleted_at"].isna() & ~is_void & notes["is_approved"].fillna(False)].copy()
    notes["sold_on"] = local_day(notes["completed_date"])
    notes["channel"] = notes["source"].fillna("").replace("", "Direct")
    notes["warehouse"] = notes["branch_id"].map(raw.warehouses).fillna("unmapped")
    lines = item_lines(raw, "credit_note_lines", "credit_note_id", None, "size_codes")
    lines = lines[~lines["is_component"] & lines["product_option_id"].notna()]
    rows = lines.merge(notes[notes["sold_on"].notna()], on="document_id")
    rows["quantity"] = rows["ordered_quantity"].abs()
    rows[["customer_id", "order_root"]] = None
    return _as_demand(rows, "returned_quantity")


def demand_daily(demand: DataFrame) -> DataFrame:
    """Units per option, size, warehouse, channel and day, and how many orders and customers they are."""
    key = [*PLACE, "channel", "sold_on"]
    days = demand.groupby(key, sort=False, as_index=False).agg(
        sku=("sku", "first"),
        sold_quantity=("sold_quantity", "sum"),
        returned_quantity=("returned_quantity", "sum"),
        order_count=("order_root", "nunique"),
        customer_count=("customer_id", "nunique"),
    )
    days["net_quantity"] = days["sold_quantity"] - days["returned_quantity"]
    buyers = demand.dropna(subset=["customer_id"])
    each = buyers.groupby([*key, "customer_id"], sort=False, as_index=False)["sold_quantity"].sum()
    largest = each.groupby(key, sort=False, as_index=False)["sold_quantity"].max()
    days = days.merge(largest.rename(columns={"sold_quantity": "largest"}), on=key, how="left")
    share = days["largest"] / days["sold_quantity"].where(days["sold_quantity"] > 0)
    days["largest_customer_share"] = share.round(4)
    return days.drop(columns="largest")


def demand_series(raw: Raw, daily: DataFrame) -> DataFrame:
    """Every series without gaps from the first known day on which it existed to yesterday."""
    daily = daily.assign(unique_id=daily["sku"] + "|" + daily["warehouse"])
    moved = daily.rename(columns={"sold_on": "ds"}).groupby(["unique_id", "ds"], sort=False)
    moved = moved.agg(y=("net_quantity", "sum")).reset_index()
    existed = daily.merge(raw.items[[*ITEM, "created_on"]], on=ITEM, how="left")
    existed["first"] = existed[["sold_on", "created_on"]].min(axis="columns")
    first = existed.groupby("unique_id", sort=False)["first"].min()
    known = _synced_days(raw).sort_values()
    first = first[first <= known[-1]]
    first[:] = known[known.searchsorted(first)]
    counts = (TODAY - first).dt.days.to_numpy()
    rows = DataFrame(
        {"unique_id": first.index.repeat(counts), "ds": first.repeat(counts).to_numpy()}
    )
    offsets = np.arange(counts.sum()) - np.repeat(counts.cumsum() - counts, counts)
    rows["ds"] += pd.to_timedelta(offsets, unit="D")
    rows = rows.merge(moved, on=["unique_id", "ds"], how="left")
    rows["y"] = rows["y"].fillna(0.0)
    return rows


def in_stock(raw: Raw, daily: DataFrame, series: DataFrame) -> DataFrame:
    """What is known beside each day of the series: whether there was any, and what was sold."""
    daily = daily.assign(unique_id=daily["sku"] + "|" + daily["warehouse"])
    moved = daily.rename(columns={"sold_on": "ds"}).groupby(["unique_id", "ds"], sort=False)
    moved = moved.agg(y_sold=("sold_quantity", "sum")).reset_index()
    rows = series[["unique_id", "ds"]].merge(moved, on=["unique_id", "ds"], how="left")
    rows["y_sold"] = rows["y_sold"].fillna(0.0)
    rows["is_known"] = rows["ds"].isin(_synced_days(raw))
    stock = _in_stock(raw)
    rows = rows.merge(stock, on=["unique_id", "ds"], how="left")
    is_read = rows["ds"].isin(stock["ds"].unique())
    kits = daily.loc[daily["sku"].isin(raw.items.query("is_kit")["sku"]), "unique_id"]
    can_be_sold = rows["is_in_stock"].eq(True) | (rows["y_sold"] > 0)
    rows["is_in_stock"] = (can_be_sold | rows["unique_id"].isin(kits)).where(is_read)
    return rows


def _synced_days(raw: Raw) -> pd.DatetimeIndex:
    """Local days whose two UTC days were both read; all reads here are later than the days."""
    read = raw.table("sync_coverage", "day_on, entity").query("entity == 'sales_orders'")["day_on"]
    days = pd.DatetimeIndex(read)
    return days.intersection(days + pd.Timedelta(days=1))


def _in_stock(raw: Raw) -> DataFrame:
    stock = snapshots(raw)
    stock["unique_id"] = stock["sku"] + "|" + stock["warehouse"]
    stock["is_in_stock"] = stock["on_hand"] > 0
    found = stock.groupby(["unique_id", "snapshot_on"], sort=False, as_index=False)["is_in_stock"]
    return found.any().rename(columns={"snapshot_on": "ds"})


def snapshots(raw: Raw) -> DataFrame:
    """The stock of each item and warehouse at the end of each day with a snapshot."""
    columns = "product_option_id, size, branch_id, stock_on_hand::double as on_hand"
    rows = raw.table("stock_snapshots", f"{columns}, snapshot_on, read_at")
    # What was read in the morning is what the day before ended with.
    is_morning = rows.pop("read_at").dt.tz_convert(TIME_ZONE).dt.hour < 12
    rows["snapshot_on"] -= pd.to_timedelta(is_morning.astype(int), unit="D")
    rows["warehouse"] = rows["branch_id"].map(raw.warehouses).fillna("unmapped")
    key = ["snapshot_on", *PLACE]
    rows = rows.groupby(key, sort=False, as_index=False)["on_hand"].sum()
    return rows.merge(raw.items[[*ITEM, "sku"]], on=ITEM, how="left")
