"""This module is a merchant whose whole account at any time is a function of seed, opening day, size, time.

Each day is simulated once, with all that becomes of its documents later; a time is then looked up.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import chain, count
from threading import Lock
from typing import Any

from cin7_pipeline.sandbox.ledger import Ledger
from cin7_pipeline.sandbox.simulation.buyer_view import BuyerView
from cin7_pipeline.sandbox.simulation.catalogue import Catalogue
from cin7_pipeline.sandbox.simulation.clock import WallClock, quota, seeded_rng
from cin7_pipeline.sandbox.simulation.contacts import Contacts
from cin7_pipeline.sandbox.simulation.history import History, versions_at
from cin7_pipeline.sandbox.simulation.lifecycle import Context, Writer
from cin7_pipeline.sandbox.simulation.market import STEADY, Market
from cin7_pipeline.sandbox.simulation.order_lines import LineFactory
from cin7_pipeline.sandbox.simulation.orders import SalesOrderWriter
from cin7_pipeline.sandbox.simulation.production import BillsOfMaterials, JobWriter
from cin7_pipeline.sandbox.simulation.purchasing import PurchaseOrderWriter
from cin7_pipeline.sandbox.simulation.stock import StockLevels, StockRules
from cin7_pipeline.sandbox.simulation.stock_documents import (
    AdjustmentWriter,
    CreditNoteWriter,
    TransferWriter,
)

FIRST_LINE_ID = 7700001
ORDERS_PER_RETURN_A_WEEK = 2
ADJUSTMENTS_A_WEEK, JOBS_A_WEEK = 4, 2


@dataclass(frozen=True)
class Size:
    """How big the merchant is at its opening."""

    products: int = 160
    branches: int = 4
    orders_per_day: int = 14
    purchase_orders_per_week: int = 6
    transfers_per_week: int = 6


class Merchant:
    """One simulated merchant; the same arguments give the same account, however far it is looked at.

    It may be asked from several threads at once.
    """

    def __init__(
        self,
        seed: int = 7,
        opened_on: date = date(2026, 6, 1),
        size: Size = Size(),  # frozen
        time_zone: str = "Australia/Sydney",
        market: Market = STEADY,
    ) -> None:
        self.seed, self.opened_on, self.size, self.time_zone = seed, opened_on, size, time_zone
        self._market = market
        self._clock = clock = WallClock(time_zone)
        self._contacts = Contacts(seed, clock, opened_on, size.branches)
        self._catalogue = Catalogue(
            seed, clock, opened_on, size.products, self._contacts.supplier_ids
        )
        rules = StockRules(self._catalogue)
        self._buyer = buyer = BuyerView(
            self._catalogue,
            rules,
            market=market,
            seed=seed,
            opened_on=opened_on,
            orders_per_day=size.orders_per_day,
        )
        context = Context(
            seed=seed,
            clock=clock,
            opened_on=opened_on,
            market=market,
            contacts=self._contacts,
            catalogue=self._catalogue,
            lines=LineFactory(self._catalogue, count(FIRST_LINE_ID)),
            buyer=buyer,
        )
        self._bills = BillsOfMaterials(context)
        self._documents: dict[str, list[History[Any]]] = defaultdict(list)
        self._writers: dict[str, Writer[Any]] = {
            "sales_orders": SalesOrderWriter(context),
            "purchase_orders": PurchaseOrderWriter(context),
            "transfers": TransferWriter(context),
            "credit_notes": CreditNoteWriter(context, self._documents["sales_orders"]),
            "adjustments": AdjustmentWriter(context),
            "production_jobs": JobWriter(context, self._bills),
        }
        opening = buyer.open(clock.at(opened_on - timedelta(days=1), 20))
        self._stock = StockLevels(self._catalogue, rules, list(opening))
        self._simulated_until = opened_on - timedelta(days=1)
        self._lock = Lock()

    def ledger(self, timestamp: datetime) -> Ledger:
        """Return all that the account holds at a time; deleted documents are in it, marked.

        Raises:
            ValueError: the time is before the opening day.
        """
        day = self._clock.day_of(timestamp)
        if day < self.opened_on:
            msg = (
                f"The merchant opened on {self.opened_on}: ask for a time from then on, not {day}."
            )
            raise ValueError(msg)
        with self._lock:
            while self._simulated_until < day:
                self._simulated_until += timedelta(days=1)
                self._simulate(self._simulated_until)
            return self._look_up(timestamp)

    def _look_up(self, timestamp: datetime) -> Ledger:
        facts: dict[str, Iterable[History[Any]]] = {
            "products": self._catalogue.products,
            "options": chain.from_iterable(self._catalogue.options.values()),
            "branches": self._contacts.branches,
            "contacts": self._contacts.contacts,
            "bom_masters": self._bills.masters,
            **self._documents,
        }
        return Ledger(
            timestamp=timestamp,
            stock=self._stock.rows(timestamp),
            **{name: versions_at(timestamp, histories) for name, histories in facts.items()},
        )

    def _simulate(self, day: date) -> None:
        number, size = (day - self.opened_on).days, self.size
        counts = {
            "sales_orders": self._orders(day, number),
            "purchase_orders": quota(size.purchase_orders_per_week, number),
            "transfers": quota(size.transfers_per_week, number),
            "credit_notes": quota(max(1, size.orders_per_day // ORDERS_PER_RETURN_A_WEEK), number),
            "adjustments": quota(ADJUSTMENTS_A_WEEK, number),
            "production_jobs": quota(JOBS_A_WEEK, number),
        }
        self._catalogue.advance(day)
        self._contacts.advance(day)
        self._buyer.advance(day)
        for name, writer in self._writers.items():
            written = writer.write(day, counts[name])
            self._documents[name] += written
            for history in written:
                self._stock.add(history)

    def _orders(self, day: date, number: int) -> int:
        """Return how many orders arrive on a day."""
        rng = seeded_rng(self.seed, "orders a day", day)
        wanted = self.size.orders_per_day * self._market.orders(day, number, rng.uniform(-1, 1))
        return int(wanted + rng.random())
