"""Levels and suggested orders of random items, against the formulas in plain Python.

reorder point = demand * lead days + reserve, order up to = reorder point + demand * review days,
reserve = deviations for the service level * deviation of demand over review and lead days as they came,
less what is expected of the lead days beyond their mean
"""

from collections import defaultdict
from datetime import date, timedelta
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from math import hypot
from statistics import NormalDist
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.sql.cases import Bench, Case, Rows

TODAY = date(2026, 6, 30)
WAREHOUSES = ["East", "North", "West"]
Row = dict[str, Any]

units = st.decimals(0, 200, places=1)


@st.composite
def accounts(draw: st.DrawFn) -> dict[str, Rows]:
    """Two items at three warehouses: what is there, what is expected, what the settings say."""
    given_rows: dict[str, Rows] = defaultdict(list)
    for option_id, multiple in (
        (1, Decimal(1)),
        (2, draw(st.sampled_from([Decimal(6), Decimal("0.5")]))),
    ):
        for warehouse in WAREHOUSES:
            key = {"product_option_id": option_id, "size": "", "warehouse": warehouse}
            given_rows["core.replenishment_items"].append(item(draw, key))
            given_rows["core.replenishment_settings"].append(setting(draw, key, multiple))
            days = draw(st.integers(0, 60))
            lead = {
                "lead_days": days,
                "lead_basis": "lane",
                "mean_lead_days": days - draw(st.integers(-5, min(days, 5))),
                "sd_lead_days": draw(st.sampled_from([0, 2, 9])),
            }
            given_rows["core.replenishment_lead_days"].append(key | lead)
            given_rows["core.replenishment_demand"].append(law(draw, key))
    items = [{"product_option_id": option_id, "size": ""} for option_id in (1, 2)]
    return given_rows | {"planning.projected_stock": [], "core.items": items}


def item(draw: st.DrawFn, key: Row) -> Row:
    """An item at a warehouse, sometimes one for which nothing is ever ordered."""
    why = draw(st.sampled_from([None, None, None, "warehouse disabled"]))
    return key | {
        "sku": f"SKU {key['product_option_id']}",
        "supplier": "Acme",
        "supplier_id": 9,
        "below_zero_quantity": draw(st.sampled_from([Decimal(0), Decimal(20)])),
        "available": draw(st.decimals(-50, 200, places=1)),
        "incoming_quantity": draw(st.sampled_from([Decimal(0), Decimal(30)])),
        "why_unplannable": why,
    }


def setting(draw: st.DrawFn, key: Row, multiple: Decimal) -> Row:
    """What holds for an item; limits are rare."""
    rarely = st.sampled_from([None, None, None, Decimal(0), Decimal(25), Decimal(80)])
    low, high = draw(rarely), draw(rarely)
    return (
        key
        | {
            "is_planned": draw(st.sampled_from([True, True, True, False])),
            "is_planned_by": "replenishment.csv line 2",
            "review_days": draw(st.integers(1, 30)),
            "service_level": draw(
                st.sampled_from([Decimal("0.5"), Decimal("0.95"), Decimal("0.98")])
            ),
            "safety_days": draw(st.sampled_from([None, None, 10])),
            "min_stock": low,
            "max_stock": max(high, low or high) if high is not None else None,
            "moq": draw(rarely),
            "multiple": multiple,
            "source": draw(st.sampled_from([None, None, "supplier", *WAREHOUSES])),
        }
        | ({"source": None} if key["warehouse"] == "East" else {})
    )


def law(draw: st.DrawFn, key: Row) -> Row:
    """What is expected, and how it spreads."""
    return key | {
        "demand_basis": "recent_mean",
        "daily_demand": draw(
            st.sampled_from([Decimal(0), Decimal("0.05"), Decimal(1), Decimal("3.3")])
        ),
        "deviation_28": draw(st.sampled_from([0.3, 2.0, 40.0])),
        "deviation_power": draw(st.sampled_from([0.5, 0.8])),
        "z_50": -0.1,
        "z_80": 0.9,
        "z_95": 1.9,
    }


def merged(rows: dict[str, Rows]) -> dict[tuple[int, str], Row]:
    """All that is given of an item at a warehouse, in one."""
    found: dict[tuple[int, str], Row] = defaultdict(dict)
    for table, given_rows in rows.items():
        for row in given_rows if table.startswith("core.replenishment") else ():
            found[row["product_option_id"], row["warehouse"]] |= row
    return found


def levels(row: Row) -> tuple[float, float, float]:
    """Reserve, reorder point and what is filled up to, by the formulas."""
    demand, days = float(row["daily_demand"]), row["mean_lead_days"] + row["review_days"]
    normal = NormalDist().inv_cdf(float(row["service_level"]))
    z = row["z_50"] + (row["z_80"] - row["z_50"]) * normal / 0.8416
    if normal > 0.8416:
        z = row["z_80"] + (row["z_95"] - row["z_80"]) * (normal - 0.8416) / 0.8033
    of_demand = row["deviation_28"] * (days / 28) ** row["deviation_power"]
    deviation = hypot(of_demand, demand * row["sd_lead_days"])
    spare = demand * (row["lead_days"] - row["mean_lead_days"])
    reserve = max(z * deviation - spare, 0) if demand else 0
    if row["safety_days"] is not None:
        reserve = row["safety_days"] * demand
    reorder_point = max(demand * row["lead_days"] + reserve, float(row["min_stock"] or 0))
    filled = float(row["max_stock"] or 0) if row["min_stock"] is not None else 0
    return reserve, reorder_point, max(reorder_point + demand * row["review_days"], filled)


def packs(quantity: Decimal, multiple: Decimal, rounding: str) -> Decimal:
    """The quantity in whole packs."""
    return (quantity / multiple).to_integral_value(rounding) * multiple


def orders(account: dict[tuple[int, str], Row]) -> dict[tuple[Any, ...], Decimal]:
    """Quantity by item, warehouse, kind and source, one order after the other."""
    found: dict[tuple[Any, ...], Decimal] = {}
    for option_id in (1, 2):
        rows = {key[1]: row for key, row in account.items() if key[0] == option_id}
        due = [row for row in rows.values() if row["is_due"]]
        by_need = sorted(due, key=lambda row: (row["needed_on"], row["warehouse"]))
        for is_named in (True, False):
            sources = sorted(
                (row for row in rows.values() if row["surplus"] > 0),
                key=lambda row: (-row["surplus"], row["warehouse"]),
            )
            for row in by_need:
                for source in sources:
                    named = row["source"] == source["warehouse"]
                    if named if is_named else row["source"] is None:
                        amount = min(row["needed"] - row["sent"], source["surplus"])
                        sent = packs(amount, row["multiple"], ROUND_FLOOR)
                        source["surplus"] -= amount if not is_named else sent
                        row["sent"] += amount if not is_named else sent
                        if sent > 0:
                            key = (option_id, row["warehouse"], "transfer", source["warehouse"])
                            found[key] = sent
        found |= purchases(option_id, rows, found)
    return found


def purchases(
    option_id: int, rows: dict[str, Row], sent: dict[tuple[Any, ...], Decimal]
) -> dict[tuple[Any, ...], Decimal]:
    """What the transfers leave lacking, bought where the item comes from."""
    lacking: dict[str, Decimal] = defaultdict(Decimal)
    got: dict[str, Decimal] = defaultdict(Decimal)
    for (option, warehouse, *_), quantity in sent.items():
        if option == option_id:
            got[warehouse] += quantity
    for row in rows.values():
        if row["is_due"]:
            source = rows.get(row["source"])
            place = source if source and source["is_bought"] else row
            rest = row["order_up_to"] - row["position"] - got[row["warehouse"]]
            lacking[place["warehouse"]] += max(rest, Decimal(0))
    found = {}
    for warehouse, quantity in lacking.items():
        row = rows[warehouse]
        if quantity > 0:
            ordered = packs(max(quantity, row["moq"] or Decimal(0)), row["multiple"], ROUND_CEILING)
            if row["max_stock"] is not None:
                room = max(row["max_stock"] - row["position"] - got[warehouse], Decimal(0))
                ordered = min(ordered, packs(room, row["multiple"], ROUND_FLOOR))
                ordered = (
                    ordered
                    if packs(room, row["multiple"], ROUND_FLOOR) >= (row["moq"] or 0)
                    else Decimal(0)
                )
            if ordered > 0:
                found[option_id, warehouse, "purchase_order", "Acme"] = ordered
    return found


def prepared(account: dict[tuple[int, str], Row], policies: Rows) -> dict[tuple[int, str], Row]:
    """The account with the levels that the tables say, and what follows of them for each item."""
    for policy in policies:
        row = account[policy["product_option_id"], policy["warehouse"]]
        row |= {name: policy[name] for name in ("reorder_point", "order_up_to", "position")}
        review = row["daily_demand"] * row["review_days"]
        row["is_bought"] = row["why_unplannable"] is None and row["is_planned"]
        row["is_due"] = row["is_bought"] and row["position"] < row["reorder_point"] + review
        lacking, multiple = row["order_up_to"] - row["position"], row["multiple"]
        row["needed"], row["sent"] = packs(lacking, multiple, ROUND_CEILING), Decimal(0)
        if row["max_stock"] is not None:
            room = packs(row["max_stock"] - row["position"], multiple, ROUND_FLOOR)
            row["needed"] = max(min(row["needed"], room), Decimal(0))
        spare = max(row["available"] - row["order_up_to"], Decimal(0))
        row["surplus"] = (
            Decimal(0) if row["why_unplannable"] else packs(spare, multiple, ROUND_FLOOR)
        )
        days = row["lead_days"]
        if row["daily_demand"]:
            left = max(row["position"] - row["reorder_point"], Decimal(0)) / row["daily_demand"]
            days += min(int(left), 365)
            row["needed_on"] = TODAY + timedelta(days=days)
        else:
            row["needed_on"] = TODAY
    return account


@settings(max_examples=max(settings.default.max_examples // 6, 1))
@given(accounts())
def test_levels_and_orders_are_the_formulas(bench: Bench, rows: dict[str, Rows]) -> None:
    """Reserve, points and quantities are what the formulas give; limits and sources are kept."""
    policies = bench.rows(Case("planning.item_policies", "random", [], rows))
    account = merged(rows)
    for policy in policies:
        row = account[policy["product_option_id"], policy["warehouse"]]
        shown = [float(policy[name]) for name in ("safety_stock", "reorder_point", "order_up_to")]
        assert shown == pytest.approx(levels(row), rel=0.01, abs=0.01)
        counted = row["available"] + row["incoming_quantity"]
        assert policy["position"] == counted + row["below_zero_quantity"]
    suggested = bench.rows(Case("planning.suggested_orders", "random", [], rows))
    names = ("product_option_id", "warehouse", "kind", "source")
    found = {tuple(row[name] for name in names): row["quantity"] for row in suggested}
    account = prepared(account, policies)
    assert found == orders(account)
    for row in suggested:
        is_within = row["position"] + row["quantity"] >= row["order_up_to"]
        assert is_within or row["limit_applied"] or row["kind"] == "purchase_order"
