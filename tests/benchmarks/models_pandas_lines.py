"""A peer's way: lines of documents as items, by pandas; quantities are floats, as pandas has them.

What a document is comes with it; what sales, supply and stock make of its lines stands in the files beside.
"""

import json
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pandas as pd
from pandas import DataFrame, Series

from tests.benchmarks.models_account import TIME_ZONE
from tests.benchmarks.orders import NOW

TODAY = pd.Timestamp(NOW).tz_convert(TIME_ZONE).tz_localize(None).normalize()
LINE = ["document_id", "line_id"]
SIZE = [*LINE, "size"]
ITEM = ["product_option_id", "size"]
PLACE = [*ITEM, "warehouse"]


@dataclass(frozen=True)
class Raw:
    """The raw tables of a warehouse, read whole or by column when they are asked for."""

    path: Path

    def table(self, name: str, columns: str = "*") -> DataFrame:
        """A raw table with timestamps; `columns` is SQL."""
        with duckdb.connect(self.path, read_only=True) as connection:
            connection.execute("set TimeZone = 'UTC'")
            return connection.sql(f"select {columns} from raw.{name}").df()

    @cached_property
    def items(self) -> DataFrame:
        """Options and sizes with their sku, how many sizes their option has, and which are kits."""
        codes = ["code", "product_option_size_code", "product_option_code"]
        own = "id as product_option_id, coalesce(size, '') as size, product_id, created_date"
        items = self.table("product_options", f"{own}, {', '.join(codes)}")
        items["sku"] = items[codes].replace("", None).bfill(axis="columns")["code"].fillna("")
        items["size_count"] = items.groupby("product_option_id")["size"].transform("count")
        items["created_on"] = local_day(items["created_date"])
        kits = self.table("products", "id, order_type").query("order_type.str.lower() == 'kit'")
        items["is_kit"] = items["product_id"].isin(kits["id"])
        return items[[*ITEM, "sku", "size_count", "created_on", "is_kit"]]

    @cached_property
    def warehouses(self) -> "Series[str]":
        """Warehouse by branch, as the settings of the account map them."""
        rules = pd.read_csv(self.path.parent / "settings" / "warehouses.csv")
        return rules.set_index("branch_id")["warehouse"]


def local_day(moments: Series) -> Series:
    """The account's calendar day of each moment, at midnight."""
    return moments.dt.tz_convert(TIME_ZONE).dt.tz_localize(None).dt.normalize()


def item_lines(raw: Raw, table: str, parent: str, done: str | None, sizes: str | None) -> DataFrame:
    """One row per line and size with its item: quantities, what is done of them, price, discount."""
    lines = raw.table(table, _columns(parent, done, sizes))
    parts = _parts(lines, sizes) if sizes else lines.iloc[:0][[*LINE]].assign(size="", code="")
    is_part = lines["line_done"].between(0, lines["line_quantity"], inclusive="neither")
    share = (lines["line_done"] / lines["line_quantity"]).where(is_part, 1)
    lines["discount"] = (lines["discount"] * share).round(4)
    whole = lines.merge(parts[LINE].drop_duplicates(), on=LINE, how="left", indicator=True)
    unsized = whole[whole["_merge"] == "left_only"].drop(columns="_merge").assign(size="")
    unsized["ordered_quantity"] = unsized["line_quantity"]
    unsized["done_quantity"] = unsized["line_done"]
    both = pd.concat([unsized, _spread(parts, lines)]) if sizes else unsized
    return _matched(both, raw.items)


def _columns(parent: str, done: str | None, sizes: str | None) -> str:
    is_transfer = done == "qty_transferred"
    return ", ".join(
        [
            f"{parent} as document_id",
            "id as line_id",
            "coalesce(parent_id, 0) > 0 as is_component",
            "nullif(product_option_id, 0) as linked_option_id",
            "code",
            "coalesce(qty, 0)::double as line_quantity",
            f"coalesce({done or '0'}, 0)::double as line_done",
            f"coalesce({'unit_cost' if is_transfer else 'unit_price'}, 0)::double as unit_price",
            f"coalesce({'discount' if parent == 'sales_order_id' else '0'}, 0)::double as discount",
            f"{sizes or 'null'} as parts",
        ]
    )


def _parts(lines: DataFrame, sizes: str | None) -> DataFrame:
    """The sizes of the lines that have any, one row each: size, code and quantity."""
    parse = _from_json if sizes == "sizes" else _from_text
    has_any = lines["parts"].notna() & ~lines["parts"].isin(["", "[]"])
    listed = lines.loc[has_any, [*LINE, "parts"]]
    listed["parts"] = listed["parts"].map(parse)
    rows = listed.explode("parts").dropna(subset=["parts"]).reset_index(drop=True)
    entries = DataFrame(rows["parts"].tolist(), columns=["size", "code", "ordered_quantity"])
    rows = pd.concat([rows[LINE], entries], axis=1)
    rows = rows[rows["size"] != ""]
    sums = {"code": "first", "ordered_quantity": "sum"}
    return rows.groupby(SIZE, sort=False, as_index=False).agg(sums)


def _from_json(text: str) -> list[tuple[str, str, float]]:
    return [
        (str(part.get("name") or ""), str(part.get("code") or ""), float(part.get("qty") or 0))
        for part in json.loads(text)
    ]


def _from_text(text: str) -> list[tuple[str, str, float]]:
    rows: list[list[Any]] = [row.strip("\r").split("|") for row in text.split("\n")]
    return [(row[1], row[2] if len(row) > 2 else "", float(row[0])) for row in rows if len(row) > 1]


def _spread(parts: DataFrame, lines: DataFrame) -> DataFrame:
    """What stands on the whole line, over its sizes: each the rounded running total less the earlier."""
    rows = parts.merge(lines.drop(columns=["code", "parts"]), on=LINE, how="left")
    of_line = rows.groupby(LINE, sort=False)["ordered_quantity"]
    share = of_line.cumsum() / of_line.transform("sum").replace(0, np.nan)
    for name, total in (("done_quantity", "line_done"), ("discount", "discount")):
        rows[f"{name}_so_far"] = (rows[total] * share).round(4).fillna(rows[total])
        so_far = rows.groupby(LINE, sort=False)[f"{name}_so_far"]
        rows[name] = rows[f"{name}_so_far"] - so_far.shift(fill_value=0)
    return rows.drop(columns=["done_quantity_so_far", "discount_so_far"])


def _matched(rows: DataFrame, items: DataFrame) -> DataFrame:
    """The rows with their items: as linked, the only size of the option, or by a code that is one's own."""
    by_link = items.rename(columns={"product_option_id": "linked_option_id"}).assign(is_linked=True)
    rows = rows.merge(by_link[["linked_option_id", "size", "sku", "is_linked"]], how="left")
    lone = by_link[by_link["size_count"] == 1].set_index("linked_option_id")
    coded = items[items["sku"] != ""].drop_duplicates("sku", keep=False).set_index("sku")
    rows["product_option_id"] = rows["linked_option_id"].where(rows["is_linked"].notna())
    rest = rows["is_linked"].isna()
    only = rest & (rows["size"] == "") & rows["linked_option_id"].isin(lone.index)
    named = rest & ~only & rows["code"].isin(coded.index)
    for chosen, key, table in ((only, "linked_option_id", lone), (named, "code", coded)):
        found = table.reindex(rows.loc[chosen, key])
        rows.loc[chosen, "size"] = found["size"].to_numpy()
        option = found.index if chosen is only else found["product_option_id"]
        rows.loc[chosen, "product_option_id"] = option.to_numpy()
        sku = found["sku"] if chosen is only else found.index
        rows.loc[chosen, "sku"] = sku.to_numpy()
    return rows.drop(columns=["is_linked", "linked_option_id", "code"])
