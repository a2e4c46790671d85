"""This module holds what every writer of documents shares: seed, clock, contacts, catalogue, lines."""

import random
from dataclasses import dataclass
from datetime import date, datetime

from cin7_pipeline.sandbox.simulation.buyer_view import BuyerView
from cin7_pipeline.sandbox.simulation.catalogue import Catalogue
from cin7_pipeline.sandbox.simulation.clock import WallClock, seeded_rng
from cin7_pipeline.sandbox.simulation.contacts import Contacts
from cin7_pipeline.sandbox.simulation.order_lines import LineFactory


@dataclass(frozen=True)
class Context:
    """The parts of one merchant that its documents are written from."""

    seed: int
    clock: WallClock
    opened_on: date
    contacts: Contacts
    catalogue: Catalogue
    lines: LineFactory
    buyer: BuyerView

    def rng(self, *topic: object) -> random.Random:
        """Return the generator of a topic."""
        return seeded_rng(self.seed, *topic)

    def times(
        self, day: date, rng: random.Random, count: int, first: float, last: float
    ) -> list[datetime]:
        """Return so many times of a day between two hours, in order."""
        return sorted(self.clock.at(day, rng.uniform(first, last)) for _ in range(count))
