"""A peer's way: purchase orders, transfers, stock and its projection, by pandas."""

import numpy as np
import pandas as pd
from pandas import DataFrame, Series

from tests.benchmarks.models_pandas_lines import (
    ITEM,
    LINE,
    PLACE,
    SIZE,
    TODAY,
    Raw,
    item_lines,
    local_day,
)
from tests.benchmarks.models_pandas_sales import snapshots

HORIZON_DAYS = 180
SAMPLE_DAYS = 28
# What is overdue by more than 19 of 20 deliveries of its lane are, of five or more, is expected no more.
LEAST_LATE_DAYS, FEWEST_PROMISED, MOST_OVERDUE_DAYS = 7, 5, 42
STOCK = ("stock_on_hand", "open_sales", "available", "incoming", "holding", "virtual")


def supply_tables(raw: Raw) -> dict[str, DataFrame]:
    """`purchase_order_lines`, `transfer_lines` and `replenishments`."""
    orders, purchases = _purchases(raw)
    transfers, moves = _transfers(raw)
    moving = moves.assign(kind="transfer", warehouse=moves["destination_warehouse"])
    both = pd.concat([purchases.assign(kind="purchase_order"), moving])
    arrivals = pd.concat([_expected(orders), _expected(transfers)])
    counted = both.merge(arrivals, on=["kind", "document_id"])
    return {
        "purchase_order_lines": purchases,
        "transfer_lines": moves,
        "replenishments": _judged(counted),
    }


def _purchases(raw: Raw) -> tuple[DataFrame, DataFrame]:
    dates = "created_date, estimated_arrival_date, estimated_delivery_date, fully_received_date"
    orders = raw.table(
        "purchase_orders",
        "id as document_id, nullif(member_id, 0) as supplier_id, branch_id, is_approved, is_void,"
        " reference as order_number, currency_code as currency, upper(status) as status, deleted_at,"
        f" {dates}",
    )
    orders["created_on"] = local_day(orders["created_date"])
    eta_on, etd_on = (local_day(orders[f"estimated_{e}_date"]) for e in ("arrival", "delivery"))
    # A day before the order was entered is no promise.
    eta_on, etd_on = (day.mask(day < orders["created_on"]) for day in (eta_on, etd_on))
    orders["eta_on"] = eta_on.fillna(etd_on)
    orders["received_on"] = local_day(orders["fully_received_date"])
    orders["warehouse"] = orders["branch_id"].map(raw.warehouses).fillna("unmapped")
    lines = item_lines(
        raw, "purchase_order_lines", "purchase_order_id", "qty_shipped", "size_codes"
    )
    lines = lines[~lines["is_component"] & lines["product_option_id"].notna()]
    orders["state"] = _purchase_state(orders, lines)
    orders = orders[orders["deleted_at"].isna()].drop(
        columns=[*dates.split(", "), "deleted_at", "status"]
    )
    rows = lines.merge(orders, on="document_id")
    rows["received_quantity"] = rows["done_quantity"]
    rows["open_quantity"] = _still_open(rows, rows["ordered_quantity"])
    started = orders.rename(columns={"created_on": "started_on", "supplier_id": "lane"})
    names = "order_number state supplier_id warehouse product_option_id sku ordered_quantity"
    more = "received_quantity open_quantity unit_price currency"
    return started.assign(kind="purchase_order"), rows[[*SIZE, *names.split(), *more.split()]]


def _purchase_state(orders: DataFrame, lines: DataFrame) -> "Series[str]":
    whole = lines[lines["line_quantity"] > 0].drop_duplicates(LINE)
    is_complete = (whole["line_done"] >= whole["line_quantity"]).groupby(whole["document_id"]).all()
    is_received = orders["received_on"].notna() | orders["document_id"].map(is_complete).eq(True)
    is_void = orders["is_void"].fillna(False) | orders["status"].isin(["VOID", "VOIDED"])
    rules = [is_void, ~orders["is_approved"].fillna(False), is_received]
    return Series(np.select(rules, ["Archived", "Draft", "Delivered"], "Active"), orders.index)


def _still_open(rows: DataFrame, quantity: "Series[float]") -> "Series[float]":
    is_open = rows["state"].isin(["Draft", "Active"])
    return (quantity - rows["received_quantity"]).clip(lower=0).where(is_open, 0.0)


def _transfers(raw: Raw) -> tuple[DataFrame, DataFrame]:
    columns = (
        "id as document_id, source_branch_id, destination_branch_id, reference as order_number"
    )
    transfers = raw.table(
        "branch_transfers", f"{columns}, deleted_at, dispatched_date, received_date"
    )
    transfers["dispatched_on"] = local_day(transfers["dispatched_date"])
    transfers["received_on"] = local_day(transfers["received_date"])
    for end in ("source", "destination"):
        place = transfers[f"{end}_branch_id"].map(raw.warehouses)
        transfers[f"{end}_warehouse"] = place.fillna("unmapped")
    rules = [transfers[name].notna() for name in ("received_on", "deleted_at", "dispatched_on")]
    transfers["state"] = np.select(rules, ["Delivered", "Archived", "Active"], "Draft")
    lines = item_lines(
        raw, "branch_transfer_lines", "branch_transfer_id", "qty_transferred", "sizes"
    )
    lines = lines[~lines["is_component"] & lines["product_option_id"].notna()]
    transfers["started_on"] = transfers["dispatched_on"]
    transfers["lane"] = transfers["source_warehouse"] + " → " + transfers["destination_warehouse"]
    rows = lines.merge(transfers, on="document_id").rename(columns={"ordered_quantity": "quantity"})
    is_whole = (rows["state"] == "Delivered") & ~(rows["line_done"] > 0)
    rows["received_quantity"] = rows["done_quantity"].where(~is_whole, rows["quantity"])
    rows["open_quantity"] = _still_open(rows, rows["quantity"])
    names = "order_number state source_warehouse destination_warehouse product_option_id sku"
    more = "quantity received_quantity open_quantity"
    return (
        transfers.assign(kind="transfer", eta_on=pd.NaT),
        rows[[*SIZE, *names.split(), *more.split()]],
    )


def _expected(documents: DataFrame) -> DataFrame:
    """When each document is expected: received, promised, or by what its lane, else all, usually take."""
    done = documents[(documents["state"] == "Delivered") & documents["received_on"].notna()]
    done = done.dropna(subset=["lane"])
    done["days"] = (done["received_on"] - done["started_on"]).dt.days
    # What came on the day that it was entered, or before, took no days that are known.
    done = done[done["days"] >= done["kind"].eq("purchase_order")]
    done["late"] = (done["received_on"] - done["eta_on"]).dt.days.clip(lower=0)
    lanes = done.groupby("lane")
    usual = lanes[["days", "late"]].quantile(0.5, interpolation="lower")
    most = lanes["late"].quantile(0.95, interpolation="higher").clip(lower=LEAST_LATE_DAYS)
    usual["most_late"] = most.where(lanes["late"].count() >= FEWEST_PROMISED)
    rows = documents.join(usual, on="lane")
    rows["started_on"] = rows["started_on"].where(
        (rows["kind"] == "purchase_order") | (rows["state"] == "Active")
    )
    days = rows["days"].fillna(done["days"].quantile(0.5, interpolation="lower"))
    by_lane = rows["started_on"] + pd.to_timedelta(days, unit="D")
    received = rows["received_on"].where(rows["state"] == "Delivered")
    rows["promised_on"] = received.fillna(rows["eta_on"]).fillna(by_lane)
    rows["if_late_on"] = TODAY + pd.to_timedelta(rows["late"].fillna(0), unit="D")
    late = (TODAY - rows["promised_on"]).dt.days
    rows["is_too_late"] = late > rows["most_late"].fillna(MOST_OVERDUE_DAYS)
    return rows[["kind", "document_id", "promised_on", "if_late_on", "is_too_late"]]


def _judged(rows: DataFrame) -> DataFrame:
    is_open = (rows["state"] == "Active") & (rows["open_quantity"] > 0)
    rows["is_overdue"] = is_open & (rows["promised_on"] < TODAY)
    is_late = rows["is_overdue"] & ~rows["is_too_late"]
    rows["expected_on"] = rows["promised_on"].where(~is_late, rows["if_late_on"])
    is_within = rows["source_warehouse"] == rows["destination_warehouse"]
    is_known = rows["promised_on"].notna() & (rows["warehouse"] != "unmapped")
    rows["is_counted"] = is_open & is_known & ~is_within & ~rows["is_too_late"]
    names = ["order_number", "warehouse", "state", "product_option_id", "sku", "open_quantity"]
    return rows[["kind", *SIZE, *names, "expected_on", "promised_on", "is_overdue", "is_counted"]]


def inventory(raw: Raw, moves: DataFrame) -> DataFrame:
    """Stock of each item and warehouse with what is on its way there."""
    sums = ", ".join(f"{name}::double as {name}" for name in STOCK)
    stock = raw.table("stock", f"product_option_id, size, branch_id, {sums}, deleted_at")
    stock = stock[stock["deleted_at"].isna()]
    stock["warehouse"] = stock["branch_id"].map(raw.warehouses).fillna("unmapped")
    held = stock.groupby(PLACE, sort=False)[list(STOCK)].sum()
    between = moves["source_warehouse"] != moves["destination_warehouse"]
    on_way = moves[(moves["state"] == "Active") & between & (moves["open_quantity"] != 0)]
    on_way = on_way.rename(columns={"destination_warehouse": "warehouse"})
    in_transit = on_way.groupby(PLACE, sort=False)["open_quantity"].sum().rename("in_transit")
    rows = held.join(in_transit, how="outer").fillna(0.0).reset_index()
    rows = rows.rename(columns={"stock_on_hand": "on_hand"})
    return rows.merge(raw.items[[*ITEM, "sku"]], on=ITEM, how="left")


def projected_stock(tables: dict[str, DataFrame], raw: Raw) -> DataFrame:
    """Stock of each item and warehouse, today and the next 180 days."""
    pairs, receipts = _pairs(tables, raw), _receipts(tables["replenishments"])
    pairs = pairs.merge(receipts[PLACE].drop_duplicates(), on=PLACE, how="outer").fillna(0.0)
    days = DataFrame({"day_number": range(HORIZON_DAYS + 1)})
    days["day_on"] = TODAY + pd.to_timedelta(days["day_number"], unit="D")
    rows = pairs.merge(days, how="cross").merge(receipts, on=[*PLACE, "day_on"], how="left")
    arriving = rows[["purchase_order", "transfer"]].fillna(0.0)
    rows[["purchase_receipts", "transfer_receipts"]] = arriving.to_numpy()
    received = (
        arriving.sum(axis="columns").groupby(rows.groupby(PLACE, sort=False).ngroup()).cumsum()
    )
    rows["projected_known"] = rows["available"] + received
    taken = rows["demand"] * (rows["day_number"] + 1)
    rows["projected"] = rows["projected_known"] - taken
    rows["opening"] = rows["projected"] + rows["demand"] - arriving.sum(axis="columns")
    cover = rows["projected"].clip(lower=0) / rows["demand"].where(rows["demand"] > 0)
    rows["days_of_cover"] = cover.round(4)
    rows["is_stockout"] = rows["projected"].round(4) <= 0
    rows = rows.drop(columns=["available", "purchase_order", "transfer", "day_number"])
    return rows.merge(raw.items[[*ITEM, "sku"]], on=ITEM, how="left")


def _receipts(replenishments: DataFrame) -> DataFrame:
    counted = replenishments[replenishments["is_counted"]]
    sums = counted.pivot_table(
        index=[*PLACE, "expected_on"], columns="kind", values="open_quantity", aggfunc="sum"
    )
    both = sums.reindex(columns=["purchase_order", "transfer"]).reset_index()
    return both.rename(columns={"expected_on": "day_on"})


def _pairs(tables: dict[str, DataFrame], raw: Raw) -> DataFrame:
    """What there is to start with, and what a day is expected to take."""
    stock = tables["inventory"]
    is_there = (stock[["on_hand", "available", "incoming", "in_transit"]] != 0).any(axis="columns")
    rates = _rates(tables["demand_daily"], raw)
    rates = rates[rates["demand"] > 0]
    return (
        stock.loc[is_there, [*PLACE, "available"]].merge(rates, on=PLACE, how="outer").fillna(0.0)
    )


def _rates(daily: DataFrame, raw: Raw) -> DataFrame:
    """The mean of the last 28 days on which the item was in stock, or sold, or was a kit."""
    net = daily.groupby([*PLACE, "sold_on"], sort=False, as_index=False)["net_quantity"].sum()
    first = daily.groupby(PLACE, sort=False, as_index=False)["sold_on"].min()
    first = first.merge(raw.items[[*ITEM, "created_on", "is_kit"]], on=ITEM, how="left")
    first["first_on"] = first[["sold_on", "created_on"]].min(axis="columns")
    days = snapshots(raw).query("snapshot_on < @TODAY")
    kits = first.query("is_kit").merge(days[["snapshot_on"]].drop_duplicates(), how="cross")
    sold = daily.query("sold_quantity > 0 and sold_on in @days.snapshot_on")
    sold = sold.rename(columns={"sold_on": "snapshot_on"})
    days = pd.concat([days.query("on_hand > 0"), sold, kits])[
        [*PLACE, "snapshot_on"]
    ].drop_duplicates()
    days = days.merge(first[[*PLACE, "first_on"]], on=PLACE)
    days = days[days["snapshot_on"] >= days["first_on"]].sort_values("snapshot_on")
    days = days.groupby(PLACE, sort=False).tail(SAMPLE_DAYS)
    net = net.rename(columns={"sold_on": "snapshot_on"})
    days = days.merge(net, on=[*PLACE, "snapshot_on"], how="left")
    means = days.fillna({"net_quantity": 0.0}).groupby(PLACE, sort=False)["net_quantity"].mean()
    return means.round(4).clip(lower=0).rename("demand").reset_index()
