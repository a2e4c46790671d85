"""This module is what all writers of documents share: context, lifecycles, and the steps of scripts."""

import random
from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any, Generic, Self, TypeVar

from cin7_pipeline.sandbox.ledger import Document, Line
from cin7_pipeline.sandbox.simulation.buyer_view import BuyerView
from cin7_pipeline.sandbox.simulation.catalogue import Catalogue
from cin7_pipeline.sandbox.simulation.clock import WallClock, seeded_rng
from cin7_pipeline.sandbox.simulation.contacts import Contacts
from cin7_pipeline.sandbox.simulation.history import History
from cin7_pipeline.sandbox.simulation.market import Market
from cin7_pipeline.sandbox.simulation.order_lines import LineFactory, done_in_full, still_open

D = TypeVar("D", bound=Document)
T = TypeVar("T")
L = TypeVar("L")
# What becomes of the n-th document: period and remainder of the number, and the steps of its lifecycle.
Scripts = tuple[tuple[int, int, tuple[Callable[[L], None], ...]], ...]


@dataclass(frozen=True)
class Context:
    """The parts of one merchant that its documents are written from."""

    seed: int
    clock: WallClock
    opened_on: date
    market: Market
    contacts: Contacts
    catalogue: Catalogue
    lines: LineFactory
    buyer: BuyerView

    def rng(self, *topic: object) -> random.Random:
        """Return the generator of a topic."""
        return seeded_rng(self.seed, *topic)

    def age_days(self, day: date) -> int:
        """Return how long the merchant has been open on a day."""
        return (day - self.opened_on).days


def new(id: int, reference: str, at: datetime, *, is_approved: bool = False) -> dict[str, Any]:
    """Return what every document begins with."""
    stamps = {"created_at": at, "modified_at": at}
    return {"id": id, "reference": reference, "is_approved": is_approved, **stamps}


class Lifecycle(Generic[D]):
    """Writes all versions of one document: a script of steps, each some hours after the one before."""

    def __init__(self, document: D, clock: WallClock, rng: random.Random) -> None:
        self.history = History(document)
        self.clock, self.rng = clock, rng
        self.now = document.created_at
        self.split_off: list[D] = []

    @property
    def document(self) -> D:
        """The latest version."""
        return self.history.last

    def run(self, script: Iterable[Callable[[Self], None]]) -> Self:
        """Take the steps of a script."""
        for take in script:
            take(self)
        return self

    def split(self) -> None:
        """Split off what is not done yet: a document of its own, under a reference with a letter added."""
        document = self.document
        self.split_off.append(
            replace(
                document,
                reference=f"{document.reference}-A",
                created_at=self.now,
                modified_at=self.now,
                lines=still_open(document.lines),
            )
        )

    def wait(self, low: float, high: float) -> None:
        """Let `low` to `high` hours pass, and go on in the next opening hours."""
        self.now = self.clock.later(self.now, self.rng, low, high)

    def revise(self, **changes: object) -> None:
        """Add a version; a change that is a function is what it returns for this lifecycle."""
        values = {name: each(self) if callable(each) else each for name, each in changes.items()}
        self.history.revise(self.now, **values)


Step = Callable[[Lifecycle[Any]], None]


def step(low: float, high: float, **changes: object) -> Step:
    """Return a step that waits `low` to `high` hours and makes these changes."""

    def take(lifecycle: Lifecycle[Any]) -> None:
        lifecycle.wait(low, high)
        lifecycle.revise(**changes)

    return take


def now(lifecycle: Lifecycle[Any]) -> datetime:
    """Return the time of the step."""
    return lifecycle.now


def midnight(lifecycle: Lifecycle[Any]) -> datetime:
    """Return the local midnight before the step."""
    return lifecycle.clock.midnight_of(lifecycle.now)


def in_full(lifecycle: Lifecycle[Any]) -> tuple[Line, ...]:
    """Return the document's lines, all done."""
    return done_in_full(lifecycle.document.lines)


def by_number(rows: Iterable[tuple[int, int, T]], number: int) -> T:
    """Return what the first row that fits gives: (period, remainder, value). One row must fit."""
    return next(value for period, remainder, value in rows if number % period == remainder)


class Writer(Generic[D]):
    """Writes the documents of one kind that are created on each day, with all that becomes of them."""

    topic: str
    hours: tuple[float, float] = (9, 17)

    def __init__(self, context: Context) -> None:
        self._context, self._count = context, 0
        self._split_off: dict[date, list[D]] = defaultdict(list)

    def write(self, day: date, count: int) -> list[History[D]]:
        """Return the documents created on one day: at most `count`, and those split off others."""
        rng, clock = self._context.rng(self.topic, day), self._context.clock
        times = sorted(clock.at(day, self._hour(rng)) for _ in range(count))
        written = [lifecycle for at in times if (lifecycle := self._next(at, rng))]
        for lifecycle in written:
            for part in lifecycle.split_off:
                self._split_off[clock.day_of(part.created_at)].append(part)
        return [each.history for each in (*written, *self._others(day, rng))]

    def _hour(self, rng: random.Random) -> float:
        return rng.uniform(*self.hours)

    def _next(self, at: datetime, rng: random.Random) -> Lifecycle[D] | None:
        """Write the next document of the day, where there is one."""
        raise NotImplementedError

    def _others(self, day: date, rng: random.Random) -> list[Lifecycle[D]]:
        """Write what else is created on a day."""
        return [self._back_order(part, rng) for part in self._split_off.pop(day, [])]

    def _back_order(self, part: D, rng: random.Random) -> Lifecycle[D]:
        raise NotImplementedError
