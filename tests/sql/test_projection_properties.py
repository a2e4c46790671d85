"""The projection of stock, made by the real SQL of random inputs, against the arithmetic it promises.

projected(t) = available + units below 0 on hand + reserved for later days
    + purchase receipts until t + transfers in until t - open orders due until t
    - demand until t, what kits take of their components with it
"""

from collections import defaultdict
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.sql.cases import Bench, Case, Rows

TODAY = date(2026, 6, 30)
DAYS = 5
ITEMS = [(1, ""), (2, "S"), (2, "M")]
KIT = (3, "")
COMPONENT = (1, "")
WAREHOUSES = ["East", "'; drop table x --"]
KEY = ("product_option_id", "size", "warehouse")
MOVING = ("on_hand", "available", "incoming", "in_transit")
MEASURES = (*MOVING, "open_sales", "holding")
Pair = tuple[int, str, str]

quantities = st.decimals(-500, 500, places=4)
pairs = st.builds(
    lambda item, warehouse: (*item, warehouse), st.sampled_from(ITEMS), st.sampled_from(WAREHOUSES)
)


@st.composite
def inputs(draw: st.DrawFn) -> dict[str, Rows]:
    """Stock, supply, orders and demand of a few items, and of a kit that takes one of them."""
    stock = [
        {**of(pair), **{measure: draw(quantities) for measure in MEASURES}}
        | {
            "below_zero_quantity": draw(
                st.sampled_from([Decimal(0), Decimal("0.0001"), Decimal(20)])
            )
        }
        for pair in draw(st.sets(pairs))
    ]
    built = [(*KIT, warehouse) for warehouse in draw(st.sets(st.sampled_from(WAREHOUSES)))]
    rates = [
        {**of(pair), "kind": kind, "basis": "built_in", "deviation_28": 0, "deviation_power": 1}
        | {"z_95": 0, "daily_quantity": draw(st.decimals(0, 50, places=4))}
        for pair in [*draw(st.sets(pairs)), *built]
        for kind in draw(st.sets(st.sampled_from(["demand", "left_out"])))
    ]
    orders = [
        {
            **of(draw(pairs)),
            "sales_order_id": line_id // 2,
            "line_id": line_id,
            "order_number": "SO",
        }
        | {"due_on": TODAY + timedelta(days=draw(st.integers(1, DAYS - 1)))}
        | {"open_quantity": draw(st.decimals(Decimal("0.0001"), 500, places=4))}
        for line_id in range(draw(st.integers(0, 4)))
    ]
    bill = {"kit_option_id": KIT[0], "component_option_id": COMPONENT[0]}
    supply = [supply_row(draw, line_id) for line_id in range(draw(st.integers(0, 8)))]
    return {
        "core.projection_days": [
            {"day_on": TODAY + timedelta(days=n), "day_number": n} for n in range(DAYS)
        ],
        "core.stock_positions": stock,
        "core.item_forecasts": rates,
        "core.later_orders": orders,
        "core.built_kits": [{key: of(pair)[key] for key in KEY} for pair in built],
        "core.bom_components": [bill | {"quantity": draw(st.decimals(0, 3, places=2))}],
        "core.items": [
            {"product_option_id": option, "size": size, "sku": of((option, size, ""))["sku"]}
            | {"is_stocked": True}
            for option, size in [*ITEMS, KIT]
        ],
        "planning.replenishments": supply,
    }


def of(pair: Pair) -> dict[str, Any]:
    """The columns of an item at a warehouse."""
    return dict(zip(KEY, pair, strict=True)) | {"sku": f"SKU {pair[0]} {pair[1]}"}


def supply_row(draw: st.DrawFn, line_id: int) -> dict[str, Any]:
    """A line of supply: counted or not, expected on a day of the horizon or behind it."""
    row = of(draw(pairs))
    row["destination_warehouse"] = row.pop("warehouse")
    return {
        **row,
        "kind": draw(st.sampled_from(["purchase_order", "transfer"])),
        "document_id": line_id // 2,
        "line_id": line_id,
        "order_number": f"NO-{line_id // 2}",
        "open_quantity": draw(st.decimals(Decimal("0.0001"), 500, places=4)),
        "expected_on": TODAY + timedelta(days=draw(st.integers(0, DAYS + 2))),
        "is_counted": draw(st.booleans()),
    }


def pair_of(row: dict[str, Any], warehouse: str = "warehouse") -> Pair:
    """The item and the warehouse of a row."""
    return row["product_option_id"], row["size"], row[warehouse]


def demand_of(given_rows: dict[str, Rows]) -> dict[Pair, Decimal]:
    """What a day takes of each item; of a kit that is put together its component, by the bill."""
    [bill] = given_rows["core.bom_components"]
    built = {pair_of(row) for row in given_rows["core.built_kits"]}
    demand: dict[Pair, Decimal] = defaultdict(Decimal)
    for row in given_rows["core.item_forecasts"]:
        pair, rate = pair_of(row), row["daily_quantity"]
        taken = (rate * bill["quantity"]).quantize(Decimal("0.0001"), ROUND_HALF_UP)
        if pair in built:
            demand[*COMPONENT, pair[2]] += taken
        else:
            demand[pair] += rate
    return {pair: rate for pair, rate in demand.items() if rate > 0}


def projected(given_rows: dict[str, Rows]) -> Rows:
    """What the tables must say, added up one day after the other."""
    counted = [row for row in given_rows["planning.replenishments"] if row["is_counted"]]
    moving = [r for r in given_rows["core.stock_positions"] if any(r[m] for m in MOVING)]
    available = {pair_of(row): row["available"] + row["below_zero_quantity"] for row in moving}
    demand = demand_of(given_rows)
    due: dict[tuple[Pair, date], Decimal] = defaultdict(Decimal)
    for row in given_rows["core.later_orders"]:
        available[pair_of(row)] = available.get(pair_of(row), Decimal(0)) + row["open_quantity"]
        due[pair_of(row), row["due_on"]] += row["open_quantity"]
    arriving: dict[tuple[Pair, str, date], Decimal] = defaultdict(Decimal)
    for row in counted:
        place = pair_of(row, "destination_warehouse"), row["kind"], row["expected_on"]
        arriving[place] += row["open_quantity"]
    rows = []
    for pair in {*available, *demand, *(place[0] for place in arriving)}:
        opening = known = available.get(pair, Decimal(0))
        for number in range(DAYS):
            day, taken = TODAY + timedelta(days=number), demand.get(pair, Decimal(0))
            bought = arriving[pair, "purchase_order", day]
            moved = arriving[pair, "transfer", day]
            leaving = due[pair, day]
            known += bought + moved - leaving
            closing = opening + bought + moved - leaving - taken
            rows.append(
                {**of(pair), "day_on": day, "opening": opening, "purchase_receipts": bought}
                | {"transfer_receipts": moved, "demand": taken, "projected_known": known}
                | {"open_orders_due": leaving, "projected_low": closing}
                | {"projected": closing, "is_stockout": closing <= 0}
            )
            opening = closing
    return rows


def explained(given_rows: dict[str, Rows], rows: Rows) -> Rows:
    """Every movement behind the projected rows: the start, each receipt, and each day's demand."""
    no_document = {"document_id": 0, "line_id": 0, "order_number": None}
    moving = [r for r in given_rows["core.stock_positions"] if any(r[m] for m in MOVING)]
    added = {pair_of(row): row["below_zero_quantity"] for row in moving}
    movements = [
        {**of(pair_of(row)), "day_on": TODAY, "kind": kind, **no_document, "quantity": quantity}
        for row in rows
        if row["day_on"] == TODAY
        for below_zero in [added.get(pair_of(row), Decimal(0))]
        for kind, quantity in (
            ("available", row["opening"] - below_zero),
            ("below_zero", below_zero),
        )
        if kind == "available" or quantity
    ]
    movements += [
        {**of(pair_of(row)), "day_on": row["day_on"], "kind": "demand", **no_document}
        | {"quantity": -row["demand"]}
        for row in rows
        if row["demand"] > 0
    ]
    for row in given_rows["core.later_orders"]:
        movements.append(
            {**of(pair_of(row)), "day_on": row["due_on"], "kind": "sales_order"}
            | {"document_id": row["sales_order_id"], "line_id": row["line_id"]}
            | {"order_number": "SO", "quantity": -row["open_quantity"]}
        )
    last = TODAY + timedelta(days=DAYS - 1)
    for row in given_rows["planning.replenishments"]:
        if row["is_counted"] and row["expected_on"] <= last:
            named = {name: row[name] for name in ("kind", "document_id", "line_id", "order_number")}
            pair = pair_of(row, "destination_warehouse")
            movements.append(
                {
                    **of(pair),
                    "day_on": row["expected_on"],
                    **named,
                    "quantity": row["open_quantity"],
                }
            )
    return movements


@settings(max_examples=max(settings.default.max_examples // 4, 1))
@given(inputs())
def test_the_projection_is_the_arithmetic_it_promises(bench: Bench, rows: dict[str, Rows]) -> None:
    """Available plus counted receipts less orders and demand, and nothing of holding or incoming."""
    bench.check(Case("planning.projected_stock", "random", projected(rows), rows))


@settings(max_examples=max(settings.default.max_examples // 4, 1))
@given(inputs())
def test_every_movement_of_the_projection_is_explained(bench: Bench, rows: dict[str, Rows]) -> None:
    """Start, documents and demand, each once and nothing else, add up to what is projected for a day."""
    days = projected(rows)
    movements = explained(rows, days)
    for row in days:
        until = [
            m for m in movements if pair_of(m) == pair_of(row) and m["day_on"] <= row["day_on"]
        ]
        assert sum(movement["quantity"] for movement in until) == row["projected"]
    bench.check(Case("planning.projected_stock_explained", "random", movements, rows))
