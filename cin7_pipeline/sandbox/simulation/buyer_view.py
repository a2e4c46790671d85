"""This module keeps what the merchant's buyer believes is in stock or on its way.

Rough figures that decide what is bought and moved; the true ones are in `stock`.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import date, datetime
from decimal import Decimal

from cin7_pipeline.sandbox.ledger import Line
from cin7_pipeline.sandbox.simulation import contacts as place
from cin7_pipeline.sandbox.simulation.catalogue import Catalogue, ItemKey
from cin7_pipeline.sandbox.simulation.clock import seeded_rng
from cin7_pipeline.sandbox.simulation.items import Article
from cin7_pipeline.sandbox.simulation.market import Market
from cin7_pipeline.sandbox.simulation.stock import Figures, Movement, Place, StockRules

UNITS_PER_ORDER = 11
SIZED_FACTOR = 2.2
OPENING_COVER_DAYS = 80
SHARES = {
    place.MAIN: Decimal("0.55"),
    place.THIRD_PARTY: Decimal("0.2"),
    place.WEST: Decimal("0.17"),
    place.STORE: Decimal("0.05"),
    place.OLD: Decimal("0.03"),
}


class BuyerView:
    """Believed stock per item and branch, supply on its way included."""

    def __init__(
        self,
        catalogue: Catalogue,
        rules: StockRules,
        *,
        market: Market,
        seed: int,
        opened_on: date,
        orders_per_day: int,
    ) -> None:
        self._catalogue, self._rules, self._market = catalogue, rules, market
        self._seed, self._opened_on, self._today = seed, opened_on, opened_on
        self._units_at_opening = orders_per_day * UNITS_PER_ORDER
        # By branch and item: they are asked too often to make a place of both each time.
        self._believed: dict[int, dict[ItemKey, Decimal]] = defaultdict(
            lambda: defaultdict(Decimal)
        )
        self._daily: dict[int, Decimal] = {}

    def advance(self, day: date) -> None:
        """Look at the market of a new day."""
        self._today = day
        self._daily.clear()

    def open(self, at: datetime) -> Iterator[Movement]:
        """Yield the opening balances: weeks of sales at most branches, now and then next to nothing."""
        for article in list(self._catalogue.articles.values()):
            if article.product.components:
                continue
            for option in article.options:
                rng = seeded_rng(self._seed, "opening", *option.key)
                for branch_id, share in SHARES.items():
                    cover = OPENING_COVER_DAYS * Decimal(rng.uniform(0.1, 1.9))
                    units = int(self.daily(article) * share * cover) + rng.randint(0, 4)
                    self._believed[branch_id][option.key] += units
                    here = Place(option.key, branch_id)
                    yield Movement(at, here, Figures(on_hand=Decimal(units)))

    def daily(self, article: Article) -> Decimal:
        """Return roughly how many of each size of an article are sold a day, everywhere."""
        if article.option_id not in self._daily:
            today, age_days = self._today, (self._today - self._opened_on).days
            units = self._units_at_opening * self._market.level(today, age_days)
            share = article.popularity / self._catalogue.total_popularity
            per_size = (1 if len(article.options) == 1 else SIZED_FACTOR) / len(article.options)
            appeal = self._market.appeal(article, today, age_days)
            self._daily[article.option_id] = Decimal(units) * Decimal(share * per_size * appeal)
        return self._daily[article.option_id]

    def add(self, lines: Iterable[Line], branch_id: int, sign: int) -> None:
        """Note what a new document will bring to a branch, or with -1 take from it."""
        lines = list(lines)
        for line in lines:
            for share in self._rules.moved(line, lines):
                self._believed[branch_id][share.item] += sign * share.quantity

    def change(self, option_id: int, branch_id: int, quantity: Decimal) -> None:
        """Note what a production job will make of an item without sizes, or take of it."""
        self._believed[branch_id][option_id, ""] += quantity

    def at(self, item: ItemKey, branch_id: int) -> Decimal:
        """Return the believed stock of an item at a branch."""
        return self._believed[branch_id][item]

    def least(self, article: Article, branch_id: int) -> Decimal:
        """Return the believed stock of an article's scarcest size at a branch."""
        return min(self.at(option.key, branch_id) for option in article.options)

    def days_left(self, article: Article, branch_ids: Iterable[int]) -> Decimal:
        """Return for how many days the believed stock of an article's scarcest size lasts."""
        branch_ids = list(branch_ids)
        return min(
            sum((self.at(option.key, id) for id in branch_ids), Decimal(0)) / self.daily(article)
            for option in article.options
        )
