"""This module simulates the merchant's catalogue: products at the start, launches, price changes, ends.

What a single product looks like is in `items`.
"""

from dataclasses import replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from random import Random

from cin7_pipeline.sandbox.ledger import Component, Option, Product
from cin7_pipeline.sandbox.simulation.clock import WallClock, seeded_rng
from cin7_pipeline.sandbox.simulation.history import History
from cin7_pipeline.sandbox.simulation.items import (
    NESTED_KIT_NUMBER,
    Article,
    Kind,
    is_made,
    kind_of,
    make_articles,
    make_product,
)

ItemKey = tuple[int, str]
ONE = Decimal(1)

LAUNCH_EVERY_DAYS, LAUNCH_OFFSET = 9, 6
RETIRE_EVERY_DAYS, RETIRE_OFFSET = 23, 17
EDIT_EVERY_DAYS, EDIT_OFFSET = 11, 5


class Catalogue:
    """Products, options and articles, changing day by day."""

    def __init__(
        self, seed: int, clock: WallClock, opened_on: date, products: int, supplier_ids: list[int]
    ) -> None:
        self._seed, self._clock, self._opened_on = seed, clock, opened_on
        self._initial, self._supplier_ids = products, supplier_ids
        self.products: list[History[Product]] = []
        self.options: dict[int, list[History[Option]]] = {}
        self.articles: dict[int, Article] = {}
        self._product_of: dict[int, History[Product]] = {}
        self._codes: dict[str, list[ItemKey]] = {}
        self._on_sale: list[Article] = []
        self.total_popularity = 0.0  # of everything ever listed
        for number in range(products):
            self._launch(number, opened_on - timedelta(days=30 - number % 29))

    def advance(self, day: date) -> None:
        """Simulate one day: a price change every day, now and then a launch, an edit, an end."""
        number = (day - self._opened_on).days
        if number % LAUNCH_EVERY_DAYS == LAUNCH_OFFSET:
            self._launch(len(self.products), day)
        self._change_price(day)
        if number % EDIT_EVERY_DAYS == EDIT_OFFSET:
            self._edit_product(day)
        if number % RETIRE_EVERY_DAYS == RETIRE_OFFSET:
            self._retire(day)

    def on_sale(self, launched_before: datetime | None = None) -> list[Article]:
        """Return what may be sold or bought: enabled options of products that are not inactive."""
        if launched_before is None:
            return self._on_sale
        return [each for each in self._on_sale if each.product.created_at < launched_before]

    def price(self, article: Article, tier: str) -> Decimal:
        """Return today's AUD price of a tier, else the retail price, else twice the cost."""
        prices = self.options[article.option_id][0].last.prices
        fallback = prices.get("retailAUD", article.cost * 2)
        return prices.get(f"{tier}AUD", fallback)

    def components(self, option_id: int) -> tuple[Component, ...]:
        """Return what a kit is made of; nothing for anything else."""
        article = self.articles.get(option_id)
        return article.product.components if article else ()

    def parts(self, option_id: int) -> tuple[Component, ...]:
        """Return what one unit of a kit takes from stock: its components, and those of kits in it."""
        totals: dict[ItemKey, Decimal] = {}
        for component in self.components(option_id):
            inner = self.parts(component.option_id)
            for part in inner or (replace(component, quantity=ONE),):
                key = (part.option_id, part.size)
                totals[key] = totals.get(key, Decimal(0)) + part.quantity * component.quantity
        return tuple(Component(*key, quantity) for key, quantity in totals.items())

    @property
    def kits(self) -> list[Article]:
        """The articles that are made of others."""
        return [article for article in self.articles.values() if article.product.components]

    def sku(self, item: ItemKey) -> str:
        """Return the code an item goes by; no item, no code."""
        option_id, size = item
        options = (history.last for history in self.options.get(option_id, []))
        return next((option.sku for option in options if option.size == size), "")

    def key_by_code(self, code: str | None) -> ItemKey | None:
        """Return the only item with exactly this code."""
        keys = self._codes.get(code or "", [])
        return keys[0] if len(keys) == 1 and code else None

    def knows(self, code: str) -> bool:
        """Return whether some item has exactly this code."""
        return code in self._codes

    def _launch(self, number: int, day: date) -> None:
        rng = seeded_rng(self._seed, "product", number)
        at = self._clock.at(day, 9, rng.randint(0, 3600))
        supplier_id = self._supplier_ids[number % len(self._supplier_ids)]
        kind = kind_of(number, self._initial)
        product = make_product(number, kind, supplier_id, at, rng)
        if kind is Kind.KIT:
            product = replace(product, components=self._kit_components(number, rng))
        before = next(reversed(self.articles.values()), None)
        history = History(product)
        self.products.append(history)
        self._product_of[product.id] = history
        for article in make_articles(number, kind, product, rng, before):
            self._list(article)

    def _kit_components(self, number: int, rng: Random) -> tuple[Component, ...]:
        """Return a few articles; one kit holds another kit and something that the merchant makes."""
        choices = self.simple_articles()
        components = tuple(
            Component(each.option_id, rng.choice(each.options).size, Decimal(rng.randint(1, 3)))
            for each in rng.sample(choices, min(len(choices), rng.randint(2, 3)))
        )
        if number != NESTED_KIT_NUMBER:
            return components
        made = next(each for each in self.on_sale() if is_made(each.product))
        others = (Component(each.option_id, "", ONE) for each in (self.kits[0], made))
        return (*others, components[0])

    def simple_articles(self) -> list[Article]:
        """Return what may go into others: whole units without sizes, bought as they are."""
        return [
            article
            for article in self.on_sale()
            if not (article.product.components or article.in_fractions or article.is_sized)
            and not is_made(article.product)
            and article.options[0].code
        ]

    def _list(self, article: Article) -> None:
        self.articles[article.option_id] = article
        self.options[article.option_id] = [History(option) for option in article.options]
        for option in article.options:
            self._codes.setdefault(option.sku, []).append(option.key)
        self.total_popularity += article.popularity
        if self._is_on_sale(article):
            self._on_sale.append(article)

    def _is_on_sale(self, article: Article) -> bool:
        is_public = self._product_of[article.product.id].last.status != "Inactive"
        return is_public and self.options[article.option_id][0].last.status != "Disabled"

    def _change_price(self, day: date) -> None:
        rng = seeded_rng(self._seed, "price", day)
        article = rng.choice(self.on_sale())
        factor = Decimal(rng.choice((93, 96, 104, 107))) / 100
        at = self._clock.at(day, 10, rng.randint(0, 3600))
        for history in self.options[article.option_id]:
            prices = {
                tier: (price * factor).quantize(price)
                for tier, price in history.last.prices.items()
            }
            history.revise(max(at, history.last.modified_at), prices=prices)

    def _edit_product(self, day: date) -> None:
        rng = seeded_rng(self._seed, "edit", day)
        history = rng.choice(self.products)
        at = self._clock.at(day, 11, rng.randint(0, 3600))
        sub_category = rng.choice(("Seasonal", "Core", "Clearance"))
        history.revise(max(at, history.last.modified_at), sub_category=sub_category)

    def _retire(self, day: date) -> None:
        """End a product, or only its last option, in turn."""
        rng = seeded_rng(self._seed, "retire", day)
        article = rng.choice([a for a in self.on_sale() if not a.product.components])
        at = self._clock.at(day, 12, rng.randint(0, 3600))
        if day.toordinal() % 2:
            self._product_of[article.product.id].revise(at, status="Inactive")
        else:
            for history in self.options[article.option_id]:
                history.revise(at, status="Disabled")
        self._on_sale = [article for article in self._on_sale if self._is_on_sale(article)]
