"""Purchase orders as they are written: what runs low, from whom, by when.

What becomes of them is told in `purchase_life`.
"""

from collections import defaultdict
from dataclasses import replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from random import Random
from typing import Any

from cin7_pipeline.sandbox.ledger import Line, PurchaseOrder
from cin7_pipeline.sandbox.simulation import contacts as place
from cin7_pipeline.sandbox.simulation.buyer_view import SHARES, Levels
from cin7_pipeline.sandbox.simulation.clock import WallClock, seeded_rng
from cin7_pipeline.sandbox.simulation.contacts import SUPPLIERS, People
from cin7_pipeline.sandbox.simulation.history import History
from cin7_pipeline.sandbox.simulation.items import Article
from cin7_pipeline.sandbox.simulation.order_lines import Baskets
from cin7_pipeline.sandbox.simulation.purchase_life import BackOrder, PurchaseLife, script_of

FIRST_PURCHASE_ORDER_ID, FIRST_REFERENCE = 40012, 5186
COVER_TO_BUY_DAYS, MOST_LINES = 110, 14
DOLLAR_RATE = Decimal("1.5244")


class PurchaseDesk:
    """Writes the purchase orders of each day."""

    def __init__(
        self, seed: int, clock: WallClock, people: People, baskets: Baskets, levels: Levels
    ) -> None:
        self._seed, self._clock = seed, clock
        self._people, self._baskets, self._levels = people, baskets, levels
        self._back_orders: dict[date, list[BackOrder]] = defaultdict(list)
        self._count = self._ids = 0

    def live(self, day: date, orders: int) -> list[History[PurchaseOrder]]:
        """The purchase orders created on one day, back orders included."""
        rng = seeded_rng(self._seed, "purchases", day)
        moments = sorted(self._clock.at(day, rng.uniform(8.5, 17)) for _ in range(orders))
        told = [self._tell(at, rng) for at in moments]
        for life in told:
            for back_order in life.back_orders:
                self._back_orders[self._clock.day_of(back_order.at)].append(back_order)
        told += [self._tell_back_order(each, rng) for each in self._back_orders.pop(day, [])]
        return [life.history for life in told]

    def _tell(self, at: datetime, rng: Random) -> PurchaseLife:
        self._count += 1
        number = self._count
        place_in_list = number % len(SUPPLIERS)
        currency, lead_days = list(SUPPLIERS.values())[place_in_list]
        order = self._order(number, at, self._people.supplier_ids[place_in_list])
        if currency == "USD":
            order = replace(order, currency=currency, currency_rate=DOLLAR_RATE)
        order = replace(order, **self._dates(number, at, lead_days))
        order = replace(order, lines=self._lines(order, number, rng))
        self._levels.add(order.lines, order.branch_id, 1)
        life = PurchaseLife(order, lead_days, self._clock, rng)
        for step in script_of(number):
            step(life)
        return life

    def _tell_back_order(self, back_order: BackOrder, rng: Random) -> PurchaseLife:
        self._ids += 1
        parent = back_order.parent
        order = replace(
            parent,
            id=FIRST_PURCHASE_ORDER_ID + self._ids,
            reference=f"{parent.reference}-A",
            created_at=back_order.at,
            modified_at=back_order.at,
            stage="New",
            lines=self._baskets.again(back_order.lines),
        )
        life = PurchaseLife(order, 14, self._clock, rng)
        life.receive()
        return life

    def _order(self, number: int, at: datetime, supplier_id: int) -> PurchaseOrder:
        self._ids += 1
        repeated = number - 1 if number % 33 == 15 else number
        return PurchaseOrder(
            id=FIRST_PURCHASE_ORDER_ID + self._ids,
            reference=f"PO-{FIRST_REFERENCE + repeated}",
            created_at=at,
            modified_at=at,
            is_approved=False,
            lines=(),
            member_id=0 if number % 37 == 14 else supplier_id,
            branch_id=place.WEST if number % 8 == 3 else place.MAIN,
            currency="AUD",
        )

    def _dates(self, number: int, at: datetime, lead_days: int) -> dict[str, Any]:
        """Promises at local midnight; every seventh order has none, every eighth is optimistic."""
        if number % 7 == 3:
            return {"etd_at": None, "eta_at": None}
        promised = lead_days - 9 if number % 8 == 5 else lead_days
        eta = self._clock.midnight_of(at + timedelta(days=promised))
        return {"etd_at": self._clock.midnight_of(at + timedelta(days=10)), "eta_at": eta}

    def _lines(self, order: PurchaseOrder, number: int, rng: Random) -> tuple[Line, ...]:
        lines = [self._line(article, rng) for article in self._wanted(order, number)]
        if number % 4 == 2:
            lines.append(self._baskets.fee("freight", "Sea freight", Decimal(300), 1))
        if number % 23 == 9:
            pair = "/".join((line.code or "").strip() for line in lines[:2])
            lines.append(self._baskets.fee(pair, "Mixed carton", Decimal("4.1"), 24))
        return tuple(lines)

    def _wanted(self, order: PurchaseOrder, number: int) -> list[Article]:
        """The supplier's articles that run out first; with few of its own, anyone's."""
        supplier_id = self._people.supplier_ids[number % len(SUPPLIERS)]
        on_sale = [a for a in self._baskets.catalogue.on_sale() if not a.product.components]
        own = [each for each in on_sale if each.product.supplier_id in {supplier_id, 0}]
        ranked = sorted(own or on_sale, key=lambda a: self._levels.days_left(a, SHARES))
        return ranked[:MOST_LINES]

    def _line(self, article: Article, rng: Random) -> Line:
        """Enough for the weeks ahead, in tens; of a size grid, in twos at least of every size."""
        target = self._levels.daily(article) * COVER_TO_BUY_DAYS
        step = 2 if article.is_sized else 5
        amounts = []
        for option in article.options:
            believed = sum((self._levels.at(option.key, id) for id in SHARES), Decimal(0))
            amounts.append(step * max(2, round((target - believed) / step)))
        price = (article.cost * Decimal(rng.randint(95, 105)) / 100).quantize(Decimal("0.001"))
        return self._baskets.line(article, amounts, price)
