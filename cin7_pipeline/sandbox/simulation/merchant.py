"""A merchant whose whole account at any moment is a pure function of seed, opening day, size, moment.

Life is told day by day, once; a moment is then looked up. How the parts live is told in `catalogue`,
`people`, `orders`, `purchasing`, `transfers`, `returns`, `production`, `stocktaking` and `mishaps`;
how Cin7 writes it down, in `payloads`.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import count
from threading import Lock
from typing import TypeVar

from cin7_pipeline.sandbox.ledger import (
    Adjustment,
    CreditNote,
    Document,
    Ledger,
    ProductionJob,
    PurchaseOrder,
    SalesOrder,
    Transfer,
)
from cin7_pipeline.sandbox.simulation.buyer_view import Levels
from cin7_pipeline.sandbox.simulation.catalogue import Catalogue
from cin7_pipeline.sandbox.simulation.clock import WallClock, quota
from cin7_pipeline.sandbox.simulation.contacts import People
from cin7_pipeline.sandbox.simulation.history import History, states
from cin7_pipeline.sandbox.simulation.late_edits import correct_late, save_again_at_month_end
from cin7_pipeline.sandbox.simulation.order_lines import Baskets
from cin7_pipeline.sandbox.simulation.orders import SalesDesk
from cin7_pipeline.sandbox.simulation.production import Workshop
from cin7_pipeline.sandbox.simulation.purchasing import PurchaseDesk
from cin7_pipeline.sandbox.simulation.recipes import Recipes
from cin7_pipeline.sandbox.simulation.returns import ReturnsDesk
from cin7_pipeline.sandbox.simulation.stock import StockRules
from cin7_pipeline.sandbox.simulation.stock_levels import Shelves
from cin7_pipeline.sandbox.simulation.stocktaking import StocktakingDesk
from cin7_pipeline.sandbox.simulation.transfers import TransferDesk

FIRST_LINE_ID = 7700001
RETURNS_PER_ORDER_AND_WEEK = 2
ADJUSTMENTS_A_WEEK, JOBS_A_WEEK = 4, 2
D = TypeVar("D", bound=Document)


@dataclass(frozen=True)
class Size:
    """How big the merchant is; `days` is the age at which it shows everything it is made for."""

    products: int = 160
    branches: int = 4
    orders_per_day: int = 14
    purchase_orders_per_week: int = 6
    transfers_per_week: int = 6
    days: int = 120


class Merchant:
    """One simulated merchant. The same arguments give the same life, however far it is looked at.

    It may be asked from several threads at once.
    """

    def __init__(
        self,
        seed: int = 7,
        opened_on: date = date(2026, 6, 1),
        size: Size = Size(),  # frozen
        time_zone: str = "Australia/Sydney",
    ) -> None:
        self.seed, self.opened_on, self.size, self.time_zone = seed, opened_on, size, time_zone
        self._clock = WallClock(time_zone)
        self._people = People(seed, self._clock, opened_on, size.branches)
        self._catalogue = Catalogue(
            seed, self._clock, opened_on, size.products, self._people.supplier_ids
        )
        self._open_desks()
        self._orders: list[History[SalesOrder]] = []
        self._purchases: list[History[PurchaseOrder]] = []
        self._transfers: list[History[Transfer]] = []
        self._notes: list[History[CreditNote]] = []
        self._adjustments: list[History[Adjustment]] = []
        self._jobs: list[History[ProductionJob]] = []
        self._lived_until = opened_on - timedelta(days=1)
        self._lock = Lock()

    def _open_desks(self) -> None:
        seed, clock = self.seed, self._clock
        rules = StockRules(self._catalogue)
        baskets = Baskets(self._catalogue, count(FIRST_LINE_ID))
        self._levels = Levels(self._catalogue, rules, seed, self.size.orders_per_day)
        self._sales = SalesDesk(
            seed, clock, self.opened_on, people=self._people, baskets=baskets, levels=self._levels
        )
        self._buying = PurchaseDesk(seed, clock, self._people, baskets, self._levels)
        self._moving = TransferDesk(seed, clock, self._people, baskets, self._levels)
        self._returns = ReturnsDesk(seed, clock, baskets)
        self._recipes = Recipes(seed, clock, self.opened_on, self._catalogue)
        self._workshop = Workshop(seed, clock, self._recipes, self._catalogue, self._levels)
        self._stocktaking = StocktakingDesk(seed, clock, baskets)
        eve = clock.at(self.opened_on - timedelta(days=1), 20)
        self._shelves = Shelves(self._catalogue, rules, list(self._levels.open(eve)))

    def ledger(self, moment: datetime) -> Ledger:
        """Everything the account holds at a moment, each document in its state at that moment.

        Deleted documents stay, marked. Raises `ValueError` for a moment before the opening day.
        """
        day = self._clock.day_of(moment)
        if day < self.opened_on:
            msg = f"The merchant opened on {self.opened_on}: ask for a moment from then on, not {day}."
            raise ValueError(msg)
        with self._lock:
            self._live_until(day)
            return self._look_up(moment)

    def _look_up(self, moment: datetime) -> Ledger:
        options = [size for sizes in self._catalogue.options.values() for size in sizes]
        return Ledger(
            timestamp=moment,
            products=states(self._catalogue.products, moment),
            options=states(options, moment),
            branches=states(self._people.branches, moment),
            contacts=states(self._people.contacts, moment),
            sales_orders=states(self._orders, moment),
            purchase_orders=states(self._purchases, moment),
            transfers=states(self._transfers, moment),
            credit_notes=states(self._notes, moment),
            adjustments=states(self._adjustments, moment),
            production_jobs=states(self._jobs, moment),
            bom_masters=states(self._recipes.masters, moment),
            stock=self._shelves.rows(moment),
        )

    def _live_until(self, day: date) -> None:
        while self._lived_until < day:
            self._lived_until += timedelta(days=1)
            self._live(self._lived_until)

    def _live(self, day: date) -> None:
        number, size = (day - self.opened_on).days, self.size
        self._catalogue.live(day)
        self._people.live(day)
        orders = self._sales.live(day, size.orders_per_day)
        for order in orders:
            save_again_at_month_end(order, self._clock)
        correct_late(orders, day, self._clock)
        purchases = self._buying.live(day, quota(size.purchase_orders_per_week, number))
        transfers = self._moving.live(day, quota(size.transfers_per_week, number))
        weekly_returns = max(1, size.orders_per_day // RETURNS_PER_ORDER_AND_WEEK)
        notes = self._returns.live(day, quota(weekly_returns, number), self._orders)
        self._file(self._orders, orders)
        self._file(self._purchases, purchases)
        self._file(self._transfers, transfers)
        self._file(self._notes, notes)
        self._file(
            self._adjustments, self._stocktaking.live(day, quota(ADJUSTMENTS_A_WEEK, number))
        )
        self._file(self._jobs, self._workshop.live(day, quota(JOBS_A_WEEK, number)))

    def _file(self, filed: list[History[D]], histories: list[History[D]]) -> None:
        filed += histories
        for history in histories:
            self._shelves.move(history)
