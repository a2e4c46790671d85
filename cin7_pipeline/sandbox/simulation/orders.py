"""Sales orders as they arrive: for whom, at which branch, with which lines.

Which system sends them is told in `sources`, what becomes of them in `order_life`, and what goes
wrong with codes in `miskeyed`.
"""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from random import Random

from cin7_pipeline.sandbox.ledger import Contact, Line, SalesOrder
from cin7_pipeline.sandbox.simulation import contacts as place
from cin7_pipeline.sandbox.simulation.buyer_view import Levels
from cin7_pipeline.sandbox.simulation.clock import WallClock, seeded_rng
from cin7_pipeline.sandbox.simulation.contacts import People
from cin7_pipeline.sandbox.simulation.entry_errors import (
    Repeat,
    entered_again,
    in_cartons,
    repeat_of,
    wrong_amounts,
)
from cin7_pipeline.sandbox.simulation.history import History
from cin7_pipeline.sandbox.simulation.items import Article
from cin7_pipeline.sandbox.simulation.order_life import (
    INVOICING,
    BackOrder,
    Fate,
    Invoicing,
    OrderLife,
)
from cin7_pipeline.sandbox.simulation.order_lines import UNEVEN, Baskets, discounted
from cin7_pipeline.sandbox.simulation.sku_typos import miskey
from cin7_pipeline.sandbox.simulation.sources import (
    ARRIVALS,
    BACKEND,
    ORDERMENTUM,
    POINT_OF_SALE,
    SHOPIFY,
    UNNAMED,
    Arrival,
    Source,
)

FIRST_ORDER_ID = 911103
LAUNCH_TO_FIRST_SALE = timedelta(days=30)
NEEDS_SIZES = {Fate.SHIPPED_UNEVENLY, Fate.SHIPPED_SHORT}
NEEDS_HALVES = {Fate.PART_SHIPPED, Fate.PART_SHIPPED_ONLY, Fate.SPLIT}
BACK_ORDER_FATES = (Fate.SHIPPED, Fate.STUCK, Fate.PART_SHIPPED)


class SalesDesk:
    """Writes the sales orders of each day."""

    def __init__(
        self,
        seed: int,
        clock: WallClock,
        opened_on: date,
        *,
        people: People,
        baskets: Baskets,
        levels: Levels,
    ) -> None:
        self._seed, self._clock, self._opened_on = seed, clock, opened_on
        self._people, self._baskets, self._levels = people, baskets, levels
        self._back_orders: dict[date, list[BackOrder]] = defaultdict(list)
        self._repeats: dict[date, list[Repeat]] = defaultdict(list)
        self._written: dict[Source, int] = defaultdict(int)
        self._count = self._ids = 0

    def live(self, day: date, orders: int) -> list[History[SalesOrder]]:
        """The orders created on one day, back orders included, each with all its life to come."""
        rng = seeded_rng(self._seed, "orders", day)
        moments = sorted(self._moment(day, rng) for _ in range(orders))
        told = [self._tell(self._arrival(at, rng)) for at in moments]
        for life in told:
            for back_order in life.back_orders:
                self._back_orders[self._clock.day_of(back_order.at)].append(back_order)
        told += [self._tell_back_order(each, rng) for each in self._back_orders.pop(day, [])]
        told += [self._tell_again(each, rng) for each in self._repeats.pop(day, [])]
        return [life.history for life in told]

    def _moment(self, day: date, rng: Random) -> datetime:
        return self._clock.at(day, rng.triangular(6, 22, 13))

    def _arrival(self, at: datetime, rng: Random) -> Arrival:
        self._count += 1
        source = ARRIVALS[self._count % len(ARRIVALS)]
        nth = self._written[source]
        self._written[source] += 1
        return Arrival(source, self._count, nth, at, rng)

    def _tell(self, arrival: Arrival) -> OrderLife:
        invoicing = INVOICING.get(arrival.number % 11, Invoicing.WITH)
        order = self._order(arrival)
        self._levels.add(order.lines, order.branch_id, -1)
        repeat = repeat_of(arrival, order)
        if repeat:
            self._repeats[self._clock.day_of(repeat.at)].append(repeat)
        life = OrderLife(order, invoicing, self._clock, arrival.rng)
        life.run(arrival.fate)
        return life

    def _tell_back_order(self, back_order: BackOrder, rng: Random) -> OrderLife:
        """An approved order of its own, under the same reference with a letter added."""
        order = replace(
            back_order.parent,
            id=self._next_id(),
            reference=f"{back_order.parent.reference}-A",
            created_at=back_order.at,
            modified_at=back_order.at,
            stage="Backorder",
            invoiced_at=None,
            freight=Decimal(0),
            lines=self._baskets.again(back_order.lines),
        )
        life = OrderLife(order, Invoicing.WITH, self._clock, rng)
        life.run(BACK_ORDER_FATES[self._ids % len(BACK_ORDER_FATES)])
        return life

    def _tell_again(self, repeat: Repeat, rng: Random) -> OrderLife:
        """An order that is in the account already, shipped a second time."""
        order = entered_again(repeat, self._next_id, self._baskets)
        self._levels.add(order.lines, order.branch_id, -1)
        life = OrderLife(order, Invoicing.WITH, self._clock, rng)
        life.run(Fate.SHIPPED)
        return life

    def _next_id(self) -> int:
        self._ids += 1
        return FIRST_ORDER_ID + self._ids

    def _order(self, arrival: Arrival) -> SalesOrder:
        customer, branch_id = self._customer(arrival), self._branch(arrival)
        order = SalesOrder(
            id=self._next_id(),
            reference=arrival.reference,
            created_at=arrival.at,
            modified_at=arrival.at,
            is_approved=not arrival.source.is_draft,
            lines=self._lines(arrival, branch_id),
            source=arrival.source.name,
            member_id=customer.id if customer else 0,
            company=customer.company if customer else "",
            branch_id=branch_id,
            tax_status="Incl" if arrival.source.tier == "retail" else "Excl",
        )
        details = arrival.delivery(self._clock) | arrival.particulars() | wrong_amounts(arrival)
        return replace(order, **details)

    def _customer(self, arrival: Arrival) -> Contact | None:
        if arrival.source is SHOPIFY and arrival.nth % 4:
            return None
        groups = arrival.source.groups
        if arrival.source is BACKEND and arrival.nth % 12 == 7:
            groups = ("Marketplace",)
        return arrival.rng.choice(self._people.customers(*groups))

    def _branch(self, arrival: Arrival) -> int:
        source, nth = arrival.source, arrival.nth
        age = (self._clock.day_of(arrival.at) - self._opened_on).days
        if arrival.number % 59 == 33:
            return 0
        if source is POINT_OF_SALE:
            shops = self._people.shop_ids
            return shops[nth % len(shops)]
        if source in {BACKEND, UNNAMED} and age < place.OLD_BRANCH_CLOSES_AFTER_DAYS:
            return place.OLD
        if source is BACKEND and nth % 3 == 1:
            return place.WEST
        return source.branch_id

    def _lines(self, arrival: Arrival, branch_id: int) -> tuple[Line, ...]:
        number, nth = arrival.number, arrival.nth
        lines = in_cartons(list(self._goods(arrival, branch_id)), number)
        if arrival.source is ORDERMENTUM and nth % 4 == 1:
            lines[-1:] = miskey(lines[-1], nth // 4, self._baskets.catalogue)
        if number % 10 == 3:
            lines[0] = discounted(lines[0], arrival.rng.choice((5, 10, 15)))
        if number % 8 == 2:
            lines.append(self._baskets.fee("freight", "Freight", Decimal("12.5")))
        if number % 13 == 6:
            lines.append(self._baskets.fee("", "Gift note", Decimal(0)))
        return tuple(lines)

    def _goods(self, arrival: Arrival, branch_id: int) -> Iterator[Line]:
        catalogue, rng = self._baskets.catalogue, arrival.rng
        articles = self._range(arrival, branch_id)
        if arrival.fate in NEEDS_HALVES:
            yield self._in_halves(articles, arrival)
        if arrival.fate in NEEDS_SIZES:
            yield self._unevenly(articles, arrival)
        weights = [article.popularity for article in articles]
        for article in rng.choices(articles, weights, k=rng.randint(1, 4)):
            price = catalogue.price(article, arrival.source.tier)
            yield from self._baskets.sold(article, rng, price, arrival.source.most)

    def _range(self, arrival: Arrival, branch_id: int) -> list[Article]:
        """What can be ordered: all that is on sale, over the counter what the shop should have."""
        opening = self._clock.at(self._opened_on)
        articles = self._baskets.catalogue.on_sale(max(opening, arrival.at - LAUNCH_TO_FIRST_SALE))
        if arrival.source is not POINT_OF_SALE:
            return articles
        return [each for each in articles if self._levels.least(each, branch_id) > 2] or articles

    def _in_halves(self, articles: list[Article], arrival: Arrival) -> Line:
        """A line that can ship in two halves; every other time one with sizes."""
        is_sized = arrival.number % 2 == 0
        fitting = [
            article
            for article in articles
            if article.is_sized is is_sized and not article.product.components
        ]
        article = arrival.rng.choice(fitting or articles)
        amounts = [2 * arrival.rng.randint(1, 3) for _ in article.options]
        price = self._baskets.catalogue.price(article, arrival.source.tier)
        return self._baskets.line(article, amounts, price)

    def _unevenly(self, articles: list[Article], arrival: Arrival) -> Line:
        """A line with another quantity of every size."""
        article = arrival.rng.choice([each for each in articles if each.is_sized] or articles)
        price = self._baskets.catalogue.price(article, arrival.source.tier)
        return self._baskets.line(article, list(UNEVEN), price)
