"""This module simulates sales orders as they arrive: for whom, at which branch, with which lines.

Which system sends them is in `order_entry`, what becomes of them in `order_lifecycle`.
"""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from random import Random

from cin7_pipeline.sandbox.ledger import Contact, Line, SalesOrder
from cin7_pipeline.sandbox.simulation import contacts as place
from cin7_pipeline.sandbox.simulation.history import History
from cin7_pipeline.sandbox.simulation.items import Article
from cin7_pipeline.sandbox.simulation.lifecycle import Context, Lifecycle, Writer, new
from cin7_pipeline.sandbox.simulation.market import CAMPAIGN_SHARE_OFF
from cin7_pipeline.sandbox.simulation.order_entry import (
    ARRIVALS,
    BACKEND,
    ORDER_DESK,
    ORDERMENTUM,
    POINT_OF_SALE,
    SHOPIFY,
    UNNAMED,
    UPSTOCK,
    Arrival,
    Source,
    correct_late,
    in_cartons,
    mistype,
    repeat_of,
    save_again_at_month_end,
    wrong_amounts,
)
from cin7_pipeline.sandbox.simulation.order_lifecycle import (
    INVOICING,
    PART_SHIPPED,
    SHIPPED,
    STUCK,
    Invoicing,
    OrderLifecycle,
    ship_part,
    ship_unevenly,
)
from cin7_pipeline.sandbox.simulation.order_lines import CENT, UNEVEN

FIRST_ORDER_ID = 911103
LAUNCH_TO_FIRST_SALE = timedelta(days=30)
# Where a merchant that mixes them ships some of a channel's orders from: one of so many, which, where.
ALSO_FROM = {
    SHOPIFY: (5, 2, place.MAIN),
    UPSTOCK: (4, 1, place.WEST),
    ORDERMENTUM: (6, 3, place.THIRD_PARTY),
    ORDER_DESK: (4, 2, place.THIRD_PARTY),
}
NOWHERE_ELSE = (1, 1, 0)
BACK_ORDER_OUTCOMES = (SHIPPED, STUCK, PART_SHIPPED)


class SalesOrderWriter(Writer[SalesOrder]):
    """Writes the sales orders of each day."""

    topic = "orders"

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        self._repeats: dict[date, list[SalesOrder]] = defaultdict(list)
        self._written: dict[Source, int] = defaultdict(int)
        self._ids = 0
        self._weighed_on: date | None = None
        self._appeals: dict[int, float] = {}

    def write(self, day: date, count: int) -> list[History[SalesOrder]]:
        """Return the orders of one day, and let them be saved again and corrected late."""
        orders, clock = super().write(day, count), self._context.clock
        for order in orders:
            save_again_at_month_end(order, clock)
        correct_late(orders, day, clock)
        return orders

    def _hour(self, rng: Random) -> float:
        return rng.triangular(6, 22, 13)

    def _next(self, at: datetime, rng: Random) -> OrderLifecycle:
        self._count += 1
        source = ARRIVALS[self._count % len(ARRIVALS)]
        arrival = Arrival(source, self._count, self._written[source], at, rng)
        self._written[source] += 1
        order = self._order(arrival)
        if repeat := repeat_of(arrival, order):
            self._repeats[self._context.clock.day_of(repeat.created_at)].append(repeat)
        invoicing = INVOICING.get(arrival.number % 11, "with")
        return self._begin(order, invoicing, rng).run(arrival.outcome)

    def _others(self, day: date, rng: Random) -> list[Lifecycle[SalesOrder]]:
        """Write back orders, and orders that are in the account already and shipped a second time."""
        written, again = super()._others(day, rng), self._context.lines.again
        for repeat in self._repeats.pop(day, []):
            order = replace(repeat, id=self._next_id(), lines=again(repeat.lines))
            written.append(self._begin(order, "with", rng).run(SHIPPED))
        return written

    def _back_order(self, part: SalesOrder, rng: Random) -> OrderLifecycle:
        """Write an approved order; the buyer knows of its lines from the one it was split off."""
        order = replace(
            part,
            id=self._next_id(),
            stage="Backorder",
            invoiced_at=None,
            freight=Decimal(0),
            lines=self._context.lines.again(part.lines),
        )
        outcome = BACK_ORDER_OUTCOMES[self._ids % len(BACK_ORDER_OUTCOMES)]
        return OrderLifecycle(order, "with", self._context.clock, rng).run(outcome)

    def _begin(self, order: SalesOrder, invoicing: Invoicing, rng: Random) -> OrderLifecycle:
        self._context.buyer.add(order.lines, order.branch_id, -1)
        return OrderLifecycle(order, invoicing, self._context.clock, rng)

    def _next_id(self) -> int:
        self._ids += 1
        return FIRST_ORDER_ID + self._ids

    def _order(self, arrival: Arrival) -> SalesOrder:
        customer, branch_id = self._customer(arrival), self._branch(arrival)
        order = SalesOrder(
            **new(
                self._next_id(),
                arrival.reference,
                arrival.at,
                is_approved=not arrival.source.is_draft,
            ),
            lines=self._lines(arrival, branch_id),
            source=arrival.source.name,
            member_id=customer.id if customer else 0,
            company=customer.company if customer else "",
            branch_id=branch_id,
            tax_status="Incl" if arrival.source.tier == "retail" else "Excl",
        )
        delivery = arrival.delivery(self._context.clock)
        return replace(order, **delivery | arrival.source_fields() | wrong_amounts(arrival))

    def _customer(self, arrival: Arrival) -> Contact | None:
        every = self._context.market.web_customers
        if every and arrival.source in {SHOPIFY, ORDER_DESK} and arrival.nth % every == 1:
            return self._context.contacts.meet(arrival.at)
        if arrival.source is SHOPIFY and arrival.nth % 4:
            return None
        groups = arrival.source.groups
        if arrival.source is BACKEND and arrival.nth % 12 == 7:
            groups = ("Marketplace",)
        return arrival.rng.choice(self._context.contacts.customers(*groups))

    def _branch(self, arrival: Arrival) -> int:
        source, nth = arrival.source, arrival.nth
        age = self._context.age_days(self._context.clock.day_of(arrival.at))
        if arrival.number % 59 == 33:
            return 0
        if source is POINT_OF_SALE:
            shops = self._context.contacts.shop_ids
            return shops[nth % len(shops)]
        if source in {BACKEND, UNNAMED} and age < place.OLD_BRANCH_CLOSES_AFTER_DAYS:
            return place.OLD
        if source is BACKEND and nth % 3 == 1:
            return place.WEST
        every, remainder, branch_id = ALSO_FROM.get(source, NOWHERE_ELSE)
        if self._context.market.mixes_branches and nth % every == remainder:
            return branch_id
        return source.branch_id

    def _lines(self, arrival: Arrival, branch_id: int) -> tuple[Line, ...]:
        number, nth = arrival.number, arrival.nth
        lines = in_cartons(list(self._goods(arrival, branch_id)), number)
        if arrival.source is ORDERMENTUM and nth % 4 == 1:
            lines[-1:] = mistype(lines[-1], nth // 4, self._context.catalogue)
        if number % 10 == 3:
            share = Decimal(arrival.rng.choice((5, 10, 15))) / 100
            discount = (lines[0].quantity * lines[0].unit_price * share).quantize(CENT)
            lines[0] = replace(lines[0], discount=discount)
        if number % 8 == 2:
            lines.append(self._context.lines.fee("freight", "Freight", Decimal("12.5")))
        if number % 13 == 6:
            lines.append(self._context.lines.fee("", "Gift note", Decimal(0)))
        return tuple(lines)

    def _goods(self, arrival: Arrival, branch_id: int) -> Iterator[Line]:
        lines, catalogue, rng = self._context.lines, self._context.catalogue, arrival.rng
        market, day = self._context.market, self._context.clock.day_of(arrival.at)
        articles = self._range(arrival, branch_id)
        if ship_part in arrival.outcome:  # can ship in two halves; every other time has sizes
            is_sized = arrival.number % 2 == 0
            fitting = [a for a in articles if a.is_sized is is_sized and not a.product.components]
            article = rng.choice(fitting or articles)
            amounts = [2 * rng.randint(1, 3) for _ in article.options]
            yield lines.line(article, amounts, catalogue.price(article, arrival.source.tier))
        if ship_unevenly in arrival.outcome:
            article = rng.choice([a for a in articles if a.is_sized] or articles)
            yield lines.line(article, list(UNEVEN), catalogue.price(article, arrival.source.tier))
        for article in rng.choices(articles, self._weights(articles, day), k=rng.randint(1, 4)):
            price = catalogue.price(article, arrival.source.tier)
            sold = lines.sold(article, rng, price, arrival.source.most)
            yield from map(_at_a_discount, sold) if market.is_promoted(article, day) else sold

    def _weights(self, articles: list[Article], day: date) -> list[float]:
        """Return how likely each article is to be ordered on a day."""
        market, age_days = self._context.market, self._context.age_days(day)
        if day != self._weighed_on:
            self._weighed_on = day
            self._appeals = {
                article.option_id: article.popularity
                * market.appeal(article, day, age_days)
                * (market.campaign if market.is_promoted(article, day) else 1)
                for article in self._context.catalogue.on_sale()
            }
        return [self._appeals[article.option_id] for article in articles]

    def _range(self, arrival: Arrival, branch_id: int) -> list[Article]:
        """Return what can be ordered: all that is on sale; in a shop what it should have in stock."""
        opening = self._context.clock.at(self._context.opened_on)
        articles = self._context.catalogue.on_sale(max(opening, arrival.at - LAUNCH_TO_FIRST_SALE))
        if arrival.source is not POINT_OF_SALE:
            return articles
        least = self._context.buyer.least
        return [each for each in articles if least(each, branch_id) > 2] or articles


def _at_a_discount(line: Line) -> Line:
    """Return a line with what a campaign takes off."""
    off = line.quantity * line.unit_price * Decimal(str(CAMPAIGN_SHARE_OFF))
    return replace(line, discount=off.quantize(CENT))
