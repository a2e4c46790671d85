"""The means that forecasts are made of, by the real SQL of random series, against plain recursions."""

import math
from datetime import date, timedelta
from statistics import median
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.sql.cases import Bench, Case

TODAY = date(2026, 6, 30)
# A day's units, and whether it counts: known, and not out of stock.
Day = tuple[float, bool]

quantities = st.sampled_from([0.0] * 6 + [1.0, 2.0, 5.0, 40.0, -3.0])
days = st.tuples(quantities, st.sampled_from([True] * 5 + [False]))


def cap_of(sales: list[float]) -> float:
    """Two standard deviations of the logarithms above their mean; one series is its own usual one."""
    logs = [math.log(quantity) for quantity in sales]
    mean = sum(logs) / len(logs)
    return math.exp(mean + 2 * math.sqrt(sum((log - mean) ** 2 for log in logs) / len(logs)))


def tsb(counted: list[float], caps: float) -> float:
    """Chance of a sale times size of a sale, both smoothed by a tenth, as if begun at their own level."""
    chance = size = chance_weight = size_weight = 0.0
    for quantity in counted:
        chance = 0.9 * chance + 0.1 * (quantity > 0)
        chance_weight = 0.9 * chance_weight + 0.1
        if quantity > 0:
            size = 0.9 * size + 0.1 * min(quantity, caps)
            size_weight = 0.9 * size_weight + 0.1
    return chance / chance_weight * size / size_weight if size_weight else 0.0


def means(series: list[Day], origin: int) -> dict[str, Any] | None:
    """What the model must say at an origin of a series that ends yesterday; None without a day."""
    known = series[: len(series) - 28 * origin]
    counted = [quantity for quantity, counts in known if counts]
    if not counted:
        return None
    sales = [quantity for quantity, counts in series if counts and quantity > 0]
    cap = cap_of(sales) if sales else 0.0
    capped = [min(quantity, cap) for quantity in counted]
    mean_28, mean_91, mean_365 = (
        max(sum(capped[-n:]), 0) / len(capped[-n:]) for n in (28, 91, 365)
    )
    smoothed = tsb(counted, cap)
    sale_day_count = sum(quantity > 0 for quantity in counted[-91:])
    sold = [quantity for quantity in capped if quantity > 0]
    size = sum(quantity**2 for quantity in sold) / sum(sold) if sold else 0
    share = sale_day_count / len(counted[-91:])
    return {
        "series_number": 1,
        "origin": origin,
        "sale_day_count": sale_day_count,
        "sale_variance": 14 * size * (share * size + mean_365),
        "recent_mean": max(sum(counted[-28:]), 0) / len(counted[-28:]),
        "mean_28": mean_28,
        "mean_91": mean_91,
        "mean_365": mean_365,
        "tsb": smoothed,
        "recent": (median([mean_28, mean_91, smoothed]) + smoothed) / 2,
        "steady": median([mean_28, mean_91, mean_365, smoothed]),
    }


@settings(max_examples=max(settings.default.max_examples // 8, 1))
@given(st.lists(days, min_size=1, max_size=130))
def test_means_are_those_of_the_days_that_count(bench: Bench, series: list[Day]) -> None:
    """Unknown days and days out of stock are passed over, and lumps count up to the cap."""
    first = TODAY - timedelta(days=len(series))
    rows = [
        {"series_number": 1, "day_on": first + timedelta(days=number), "net_quantity": quantity}
        | {"unconstrained_quantity": quantity if counts else None}
        for number, (quantity, counts) in enumerate(series)
    ]
    of_series = {"series_number": 1, "kind": "demand", "first_on": first, "exists_on": first}
    given_rows = {"core.series": [of_series], "core.series_days": rows}
    expected = [row for origin in range(4) if (row := means(series, origin))]
    if expected:
        bench.check(Case("core.forecast_means", "random", expected, given_rows))


def prior(counted: list[tuple[int, float, float]]) -> tuple[float, float]:
    """The mean of all series, and the days that weigh as much, by Bühlmann and Straub."""
    days = sum(count for count, _, _ in counted)
    mean = sum(count * quantity for count, quantity, _ in counted) / days
    within = sum(count * variance for count, _, variance in counted) / max(days - len(counted), 1)
    between = sum(count * (quantity - mean) ** 2 for count, quantity, _ in counted)
    between -= (len(counted) - 1) * within
    between /= days - sum(count**2 for count, _, _ in counted) / days
    return mean, min(within / between, 28) if between > 1e-9 else 28


series_sums = st.tuples(st.integers(2, 365), st.integers(0, 9), st.integers(0, 50))


@settings(max_examples=max(settings.default.max_examples // 8, 1))
@given(st.lists(series_sums, min_size=2, max_size=9))
def test_the_usual_series_weighs_as_much_as_series_are_alike(
    bench: Bench, counted: list[tuple[int, float, float]]
) -> None:
    """Where series differ more than their days explain, fewer of the usual one's days are added."""
    keys = [{"series_number": number, "origin": 0} for number in range(len(counted))]
    mean, day_count = prior(counted)
    origins = [
        key | {"day_count": count, "day_variance": variance}
        for key, (count, _, variance) in zip(keys, counted, strict=True)
    ]
    means = [
        key | {"mean_365": quantity} for key, (_, quantity, _) in zip(keys, counted, strict=True)
    ]
    given_rows = {"core.forecast_origins": origins, "core.forecast_means": means}
    expected = [{"origin": 0, "daily_quantity": round(mean, 6), "day_count": round(day_count, 6)}]
    bench.check(Case("core.forecast_priors", "random", expected, given_rows))
