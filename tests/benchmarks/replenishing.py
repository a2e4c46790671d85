"""Suggested orders followed blindly for 90 days, against ordering by the 28-day mean.

The demand is that of the simulated account, day by day; the stock is simulated: each week every item at
each warehouse is ordered, what is ordered comes after as many days as a delivery of the account really took,
what is not there is lost. Levels are those that the tables gave 90, 62 and 34 days before the end, from what
was known then. Each way begins with what it fills up to. One round: the account is the same at each.
"""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from math import inf
from pathlib import Path
from random import Random

import duckdb

from cin7_pipeline.omni.endpoints import ENDPOINTS
from cin7_pipeline.pipeline import check_models, read_entities
from cin7_pipeline.sandbox.serializers.account import MerchantAccount
from cin7_pipeline.sandbox.server.server import SandboxServer
from cin7_pipeline.sandbox.simulation.merchant import Merchant
from cin7_pipeline.settings import Settings
from cin7_pipeline.window import Window
from tests.benchmarks.measuring import Finding
from tests.benchmarks.models_account import account_settings

NOW = datetime(2026, 11, 27, 19, tzinfo=UTC)
OPENED_ON = date(2025, 5, 1)
DAYS, REVIEW_DAYS, RENEWED_AFTER = 90, 7, 28
# Items by what is expected of a day, up to these.
SELLS = {0.02: "below 0.02", 0.1: "below 0.1", 0.3: "below 0.3", inf: "more"}
MODELS = ["planning.item_policies", "core.item_forecasts", "core.series_forecasts"]
TRUTH = ["core.depletion_lines", "core.receipt_observations"]
Pair = tuple[int, str, str]
LEVELS = """
    with rates as (
        select product_option_id, size, warehouse, sum(item_share * recent_mean) as daily_demand
        from core.item_forecasts inner join core.series_forecasts using (series_number)
        group by all
    )
    select
        (product_option_id, size, warehouse), policies.daily_demand::double,
        coalesce(rates.daily_demand, 0)::double, lead_days, reorder_point::double,
        order_up_to::double, multiple::double, coalesce(unit_cost, 0)::double
    from planning.item_policies as policies
    left join rates using (product_option_id, size, warehouse)
    where is_planned
"""
DEMAND = """
    select (product_option_id, size, warehouse), day_on, sum(sold_quantity)::double
    from core.depletion_lines where day_on >= ? and sold_quantity > 0 group by all
"""


@dataclass(frozen=True)
class Level:
    """What one build says of an item at a warehouse."""

    daily_demand: float
    recent_mean: float
    lead_days: int
    reorder_point: float
    order_up_to: float
    multiple: float
    unit_cost: float


@dataclass(frozen=True)
class Known:
    """The days on which levels are renewed, the levels, what customers took, how long deliveries took."""

    starts: list[date]
    builds: list[dict[Pair, Level]]
    demand: dict[Pair, dict[date, float]]
    lead_days: list[int]


@dataclass
class Outcome:
    """What became of one way of ordering."""

    asked: float = 0
    served: float = 0
    cycles: int = 0
    full_cycles: int = 0
    stock_value: float = 0
    ordered: set[tuple[Pair, date]] = field(default_factory=set)

    def __str__(self) -> str:
        return (
            f"{self.served / self.asked:.1%} of units served, {self.full_cycles / self.cycles:.1%} of"
            f" weeks without a stock-out, stock of {self.stock_value / DAYS:,.0f} at cost,"
            f" {len(self.ordered):,} orders"
        )


Target = Callable[[Level], tuple[float, float]]


def mean_times(factor: float) -> Target:
    """Fill up to what the mean of 28 days takes until the next order comes, times a factor."""
    return lambda level: (factor * level.recent_mean * (level.lead_days + REVIEW_DAYS),) * 2


# Below which position an order is made, and up to what it fills.
WAYS: dict[str, Target] = {
    "suggested orders": lambda it: (
        it.reorder_point + it.daily_demand * REVIEW_DAYS,
        it.order_up_to,
    ),
    "28-day mean over lead and review days": mean_times(1),
    "28-day mean and half as much again": mean_times(1.5),
}


def findings(folder: Path) -> Iterator[Finding]:
    """Service and stock of each way, side by side."""
    settings = read_account(folder, OPENED_ON)
    first_on = settings.local_date(NOW) - timedelta(days=DAYS)
    starts = [first_on + timedelta(days=n) for n in range(0, DAYS, RENEWED_AFTER)][:3]
    builds = [levels(settings, start, folder) for start in starts]
    known = Known(starts, builds, *truth(settings, first_on, folder))
    outcomes = {name: follow(target, known) for name, target in WAYS.items()}
    ours = outcomes["suggested orders"]
    factor, equal = as_much_stock(ours, known)
    outcomes[f"28-day mean times {factor:.2g}, as much stock"] = equal
    for name, outcome in outcomes.items():
        yield Finding(f"{name}, followed for {DAYS} days", str(outcome))
    figures = f"{ours.served / ours.asked:.1%} and {equal.served / equal.asked:.1%}"
    target = "more than by the mean"
    yield Finding("units served with as much stock", figures, target, ours.served > equal.served)
    yield from coverage(known)


def as_much_stock(ours: Outcome, known: Known) -> tuple[float, Outcome]:
    """Find by how much the mean must be raised to hold as much stock as ours, and what becomes of it."""
    factor = 1.0
    while True:
        outcome = follow(mean_times(factor), known)
        if outcome.stock_value >= ours.stock_value or factor > 20:
            return factor, outcome
        factor *= 1.1


def coverage(known: Known) -> Iterator[Finding]:
    """How often lead and review days took no more than what is filled up to, by how much an item sells."""
    cases: dict[float, list[bool]] = defaultdict(list)
    for pair, level in known.builds[0].items():
        days = level.lead_days + REVIEW_DAYS
        bound = next((b for b in SELLS if level.daily_demand < b), None)
        if level.daily_demand > 0 and bound:
            for first in range(0, DAYS - days + 1, REVIEW_DAYS):
                start = known.starts[0] + timedelta(days=first)
                took = sum(
                    quantity
                    for day, quantity in known.demand.get(pair, {}).items()
                    if 0 <= (day - start).days < days
                )
                cases[bound].append(took <= level.order_up_to)
    for bound, found in sorted(cases.items()):
        share = f"{sum(found) / len(found):.1%} of {len(found):,} (95 % is aimed at)"
        yield Finding(
            f"lead and review days that took no more than is filled up to, {SELLS[bound]} a day",
            share,
        )


def read_account(folder: Path, opened_on: date) -> Settings:
    """Read all days of an account that opened on a day."""
    account = MerchantAccount(Merchant(opened_on=opened_on))
    with SandboxServer(account, clock=lambda: NOW, limits=None) as server:
        settings = account_settings(folder, server.base_url).model_copy(update={"as_of": NOW})
        window = Window.days(opened_on, NOW.date() + timedelta(days=1))
        read_entities(settings, dict.fromkeys(ENDPOINTS, window)).raise_failures()
    return settings


def built(
    settings: Settings, at: datetime, path: Path, models: list[str]
) -> duckdb.DuckDBPyConnection:
    """Build the tables as of a morning, and open them."""
    for _ in check_models(settings.model_copy(update={"as_of": at}), models, into=path):
        pass
    return duckdb.connect(str(path), read_only=True)


def levels(settings: Settings, start: date, folder: Path) -> dict[Pair, Level]:
    """The levels that planners would have had on the morning of a day."""
    morning = NOW - timedelta(days=(settings.local_date(NOW) - start).days)
    with built(settings, morning, folder / f"levels-{start}.duckdb", MODELS) as connection:
        rows = connection.execute(LEVELS).fetchall()
    return {pair: Level(*values) for pair, *values in rows}


def truth(
    settings: Settings, first_on: date, folder: Path
) -> tuple[dict[Pair, dict[date, float]], list[int]]:
    """What customers took on each day, and the days that deliveries really took."""
    demand: dict[Pair, dict[date, float]] = defaultdict(dict)
    with built(settings, NOW, folder / "truth.duckdb", TRUTH) as connection:
        for pair, day, quantity in connection.execute(DEMAND, [first_on]).fetchall():
            demand[pair][day] = quantity
        lead_days = connection.execute(
            "select days from core.receipt_observations where kind = 'purchase_order' and days > 0"
        ).fetchall()
    return demand, sorted(days for (days,) in lead_days)


def follow(target: Target, known: Known) -> Outcome:
    """Order by one way for 90 days."""
    outcome = Outcome()
    for pair in known.demand.keys() & set.intersection(*(set(build) for build in known.builds)):
        follow_pair(target, known, pair, outcome)
    return outcome


def follow_pair(target: Target, known: Known, pair: Pair, outcome: Outcome) -> None:
    """Order one item at one warehouse, and count what became of it."""
    stock = target(known.builds[0][pair])[1]
    coming: dict[date, float] = defaultdict(float)
    is_full = True
    for number in range(DAYS):
        day = known.starts[0] + timedelta(days=number)
        stock += coming.pop(day, 0)
        level = known.builds[bisect_right(known.starts, day) - 1][pair]
        if number % REVIEW_DAYS == 0:
            outcome.cycles += number > 0
            outcome.full_cycles += is_full and number > 0
            is_full = True
            point, full = target(level)
            position = stock + sum(coming.values())
            if position < min(point, full):
                packs = -(-(full - position) // level.multiple)
                after = Random(f"{pair}{day}").choice(known.lead_days)  # noqa: S311
                coming[day + timedelta(days=after)] += packs * level.multiple
                outcome.ordered.add((pair, day))
        wanted = known.demand[pair].get(day, 0)
        served = min(wanted, stock)
        stock -= served
        is_full = is_full and served == wanted
        outcome.asked += wanted
        outcome.served += served
        outcome.stock_value += stock * level.unit_cost
