"""Stock-outs of two years: demand as it would have been, and stock walked back, against the truth.

The demand is that of the simulated account, day by day. Stock-outs are imposed on it: each week what a mean
of so many days takes is filled up, deliveries come after 14 to 21 days, what is not there is lost. Our SQL
sees the sales and the evening stock that remain. The stock of the past is the account's own, which the
merchant knows. One round: the account is the same at each.
"""

from collections import defaultdict
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from pathlib import Path
from random import Random

import duckdb
import pandas as pd

from cin7_pipeline.models.build import build_variables, prepare_connection
from cin7_pipeline.models.catalogue import load_catalogue
from cin7_pipeline.sandbox.simulation.merchant import Merchant
from cin7_pipeline.settings import Settings
from tests.benchmarks.measuring import Finding
from tests.benchmarks.replenishing import NOW, built, read_account

OPENED_ON = date(2024, 11, 27)
LEAD_DAYS = (14, 21)
# Filled up to so many days of the mean demand: the fewer, the more is lost.
FILLED_DAYS = (45, 31, 22)
FEWEST_SALE_DAYS = 15
MODEL = "core.series_days"
DAYS_BACK = (1, 28, 85, 365)
DEMAND = f"""
    select series_number, day_on, greatest(net_quantity, 0)::double
    from {MODEL} inner join core.series using (series_number)
    where kind = 'demand' and not is_stockless
        and series_number in (
            select series_number from {MODEL} where net_quantity > 0
            group by series_number having count(*) >= {FEWEST_SALE_DAYS}
        )
    order by all
"""
MEANS = f"""
    select series_number, avg(net_quantity)::double, avg(unconstrained_quantity)::double
    from {MODEL} group by series_number
"""
PAST = """
    select product_option_id, size, warehouse, grade, on_hand::double
    from planning.stock_history where origin = 'reconstructed' and ? between first_on and last_on
"""
Series = dict[int, dict[date, float]]


def findings(folder: Path) -> Iterator[Finding]:
    """The bias of demand by how much was lost, and the error of past stock by its age and grade."""
    settings = read_account(folder, OPENED_ON)
    models = [MODEL, "planning.stock_history", "planning.branch_warehouses"]
    path = folder / "built.duckdb"
    with built(settings, NOW, path, models) as connection:
        yield from past_stock(connection, settings)
        demand = demand_of(connection)
    for days in FILLED_DAYS:
        yield bias(path, settings, demand, days)


def demand_of(connection: duckdb.DuckDBPyConnection) -> Series:
    """What customers took of each series on each day of its life."""
    found: Series = defaultdict(dict)
    for series, day, quantity in connection.execute(DEMAND).fetchall():
        found[series][day] = quantity
    return found


def bias(path: Path, settings: Settings, demand: Series, filled_days: int) -> Finding:
    """How far the mean of a day is from the truth, as sold and as our SQL corrects it."""
    sold, stock = [], []
    for series, days in demand.items():
        for day, units, left in sales(series, days, filled_days):
            sold += [(series, day, units)] if units else []
            stock += [(series, day, left)] if left else []
    means = corrected(path, settings, sold, stock)
    true = {
        series: mean_of(demand[series], sold_from) for series, sold_from in firsts(sold).items()
    }
    raw, ours = (sum(means[s][n] or 0 for s in true) / sum(true.values()) - 1 for n in (0, 1))
    question = f"Mean daily demand, filled up to {filled_days} days: sales as they are / corrected"
    target = "within 6 % where sales are 15 % too low or more" if raw <= -0.15 else ""
    return Finding(
        question, f"{raw:+.1%} / {ours:+.1%}", target, abs(ours) <= 0.06 if target else None
    )


def sales(
    series: int, days: dict[date, float], filled_days: int
) -> Iterator[tuple[date, float, float]]:
    """What of the demand of each day could be sold, and what was left in the evening."""
    chance = Random(series)  # noqa: S311
    full = float(-(-sum(days.values()) / len(days) * filled_days // 1))
    stock, coming = full, defaultdict[date, float](float)
    for number, (day, wanted) in enumerate(days.items()):
        stock += coming.pop(day, 0)
        position = stock + sum(coming.values())
        if (number + series) % 7 == 0 and position < full:
            coming[day + timedelta(days=chance.randint(*LEAD_DAYS))] += full - position
        served = min(wanted, stock)
        stock -= served
        yield day, served, stock


def firsts(sold: list[tuple[int, date, float]]) -> dict[int, date]:
    """The first day on which each series sold."""
    found: dict[int, date] = {}
    for series, day, _ in sold:
        found[series] = min(day, found.get(series, day))
    return found


def mean_of(days: dict[date, float], since: date) -> float:
    """The true mean of the days from the first that sold."""
    quantities = [quantity for day, quantity in days.items() if day >= since]
    return sum(quantities) / len(quantities)


def corrected(
    path: Path,
    settings: Settings,
    sold: list[tuple[int, date, float]],
    stock: list[tuple[int, date, float]],
) -> dict[int, tuple[float, float]]:
    """The means of a day by our SQL, as sold and as they would have been, of these sales and this stock."""
    sold_rows = pd.DataFrame(sold, columns=["series_number", "day_on", "quantity"])
    stock_rows = pd.DataFrame(stock, columns=["series_number", "day_on", "quantity"])
    with duckdb.connect(str(path)) as connection:
        prepare_connection(connection, build_variables(settings))
        for table, rows in (("sold_rows", sold_rows), ("stock_rows", stock_rows)):
            connection.register(table, rows)
        for statement in STATEMENTS:
            connection.execute(statement)
        query = load_catalogue().model(MODEL).query
        connection.execute(f"create or replace table {MODEL} as {query}")
        return {series: means for series, *means in connection.execute(MEANS).fetchall()}


# The account's own tables, but for these sales and this stock.
STATEMENTS = (
    "create table if not exists all_series as from core.series",
    "delete from core.series",
    """
    insert into core.series by name
    select all_series.* replace (day_on as first_on, day_on as exists_on, day_on as starts_on)
    from all_series inner join (
        select series_number, min(day_on)::date as day_on from sold_rows group by series_number
    ) using (series_number)
    """,
    *(
        f"delete from core.{table}"
        for table in ("series_lines", "depletion_lines", "linked_lines", "past_stock_spans")
    ),
    *(
        f"""
        insert into core.{table} by name
        select {kind} sku, warehouse, day_on::date as day_on, quantity as sold_quantity,
            0 as returned_quantity
        from sold_rows inner join core.series using (series_number)
        """
        for table, kind in (("series_lines", "kind,"), ("depletion_lines", ""))
    ),
    "delete from core.stock_days",
    "delete from core.stock_readings",
    """
    insert into core.stock_readings by name
    select false as is_current, day_on as snapshot_on, day_on as closed_on from core.covered_days
    """,
    """
    insert into core.stock_days by name
    select false as is_current, day_on::date as snapshot_on, sku_number, any_value(item_number)
        as item_number, warehouse_number, any_value(quantity) as on_hand
    from stock_rows
    inner join core.series using (series_number)
    inner join core.item_numbers using (sku)
    inner join core.warehouse_numbers using (warehouse)
    group by all
    """,
)


def past_stock(connection: duckdb.DuckDBPyConnection, settings: Settings) -> Iterator[Finding]:
    """How near stock that is walked back comes to the merchant's, by age and grade."""
    merchant = Merchant(opened_on=OPENED_ON)
    branches = dict(
        connection.execute("select branch_id, warehouse from planning.branch_warehouses").fetchall()
    )
    for days in DAYS_BACK:
        moment = NOW - timedelta(days=days)
        truth = stock_at(merchant, moment, branches)
        day = settings.local_date(moment) - timedelta(days=1)
        walked = connection.execute(PAST, [day]).fetchall()
        for grade in ("A", "B", "C"):
            pairs = [(has, truth.get(tuple(key), 0.0)) for *key, of, has in walked if of == grade]
            if pairs:
                yield Finding(f"Stock {days} days back, grade {grade}", nearness(pairs))


def stock_at(
    merchant: Merchant, moment: datetime, branches: dict[int, str]
) -> dict[tuple[object, ...], float]:
    """What the merchant had of each item at each warehouse."""
    found: dict[tuple[object, ...], float] = defaultdict(float)
    for row in merchant.ledger(moment).stock:
        found[row.option_id, row.size, branches.get(row.branch_id, "unmapped")] += float(
            row.on_hand
        )
    return found


def nearness(pairs: list[tuple[float, float]]) -> str:
    """Items whose stock is exact, units off, and items of which it is right whether there were some."""
    exact = sum(ours == true for ours, true in pairs) / len(pairs)
    off = sum(abs(ours - true) for ours, true in pairs) / sum(true for _, true in pairs)
    right = sum((ours > 0) == (true > 0) for ours, true in pairs) / len(pairs)
    figures = f"{len(pairs):,} items: {exact:.1%} exact, {off:.1%} of units off"
    return f"{figures}, in stock or not is right for {right:.2%}"
