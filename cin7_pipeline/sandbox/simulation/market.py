"""This module says how much is wanted on a day, and of what: week, season, growth, campaigns, fashion.

All of it follows from the day and the article; chance is left to those who draw. `STEADY` is the same
every day, so that tests can count on it; `LIVELY` is what a visitor sees.
"""

from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from math import cos, exp, pi

from cin7_pipeline.sandbox.simulation.items import Article

YEAR_DAYS = 365.25
# The day of the year on which a category sells best: presents before Christmas, throws in July.
PEAKS = {"Drinkware": 20, "Bags": 45, "Fabric": 130, "Home": 190, "Pantry": 345}
CAMPAIGN_DAYS, CAMPAIGN_SHARE_OFF = range(10, 18), 0.2


@dataclass(frozen=True)
class Market:
    """How demand moves; each number is a share of what it would be otherwise.

    `week` has a factor for each weekday from Monday. `season` is that of all orders, which peak at
    Christmas, `category_season` that of a category within them. `fashion` is how fast an article may
    gain or lose in a year, `chance` how far a day is off, `campaign` how many times as much is sold of
    a category in its week of the month, at a fifth off. Of `web_customers` orders each, one is the
    only one of its customer; 0 is none. The buyer counts on all purchases, or on those that arrive.
    """

    week: tuple[float, ...] = (1.0,) * 7
    season: float = 0.0
    category_season: float = 0.0
    growth: float = 0.0
    fashion: float = 0.0
    chance: float = 0.0
    campaign: float = 1.0
    web_customers: int = 0
    mixes_branches: bool = False
    counts_arrivals: bool = False

    def level(self, day: date, age_days: int) -> float:
        """Return how many times as much as at the opening is wanted, whatever the weekday."""
        return float((1 + self.growth) ** (age_days / YEAR_DAYS)) * _wave(day, 345, self.season)

    def orders(self, day: date, age_days: int, luck: float) -> float:
        """Return the same for one day; `luck` is drawn from -1 to 1."""
        return self.level(day, age_days) * self.week[day.weekday()] * (1 + self.chance * luck)

    def appeal(self, article: Article, day: date, age_days: int) -> float:
        """Return how many times its usual share an article has of the orders of a season."""
        wave = _wave(day, PEAKS[article.product.category], self.category_season)
        direction = article.option_id * 7 % 21 / 10 - 1
        return wave * exp(self.fashion * direction * (age_days / YEAR_DAYS - 1))

    def is_promoted(self, article: Article, day: date) -> bool:
        """Return whether an article's category has its campaign."""
        promoted = list(PEAKS)[day.month % len(PEAKS)]
        is_on = self.campaign > 1 and day.day in CAMPAIGN_DAYS
        return is_on and article.product.category == promoted and not article.product.components


@lru_cache(maxsize=64)
def _wave(day: date, peak: int, height: float) -> float:
    """Return a year's wave around 1 that is highest on a day of the year."""
    return 1 + height * cos(2 * pi * (day.timetuple().tm_yday - peak) / YEAR_DAYS)


STEADY = Market()
LIVELY = Market(
    week=(1.15, 1.1, 1.05, 1.05, 1.2, 0.85, 0.6),
    season=0.25,
    category_season=0.4,
    growth=0.2,
    fashion=0.5,
    chance=0.25,
    campaign=3.0,
    web_customers=16,
    mixes_branches=True,
    counts_arrivals=True,
)
