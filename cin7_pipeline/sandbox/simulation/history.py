"""This module keeps the versions of facts, and writes those of documents step by step.

What a fact was at any time is looked up, never computed again.
"""

import random
from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator
from dataclasses import Field, replace
from datetime import datetime
from typing import Any, ClassVar, Generic, Protocol, Self, TypeVar

from cin7_pipeline.sandbox.ledger import Document
from cin7_pipeline.sandbox.simulation.clock import WallClock


class Dated(Protocol):
    """A frozen dataclass that knows when it was last changed."""

    __dataclass_fields__: ClassVar[dict[str, Field[Any]]]

    @property
    def modified_at(self) -> datetime:
        """When this version began."""


Fact = TypeVar("Fact", bound=Dated)
D = TypeVar("D", bound=Document)
T = TypeVar("T")
L = TypeVar("L")
# What becomes of the n-th document: period and remainder of the number, and the steps of its lifecycle.
Scripts = tuple[tuple[int, int, tuple[Callable[[L], None], ...]], ...]


class History(Generic[Fact]):
    """Every version of one fact, oldest first."""

    def __init__(self, first: Fact) -> None:
        self.versions = [first]

    def __iter__(self) -> Iterator[Fact]:
        return iter(self.versions)

    @property
    def last(self) -> Fact:
        """The latest version that is planned so far."""
        return self.versions[-1]

    def at(self, timestamp: datetime) -> Fact | None:
        """Return the version at a time; None before the fact exists."""
        count = self._count(timestamp)
        return self.versions[count - 1] if count else None

    def revise(self, at: datetime, **changes: Any) -> Fact:
        """Add a version after the last one, which must not be later than `at`."""
        if at < self.last.modified_at:
            msg = f"{self.last!r} was changed after {at}: versions are written in order."
            raise ValueError(msg)
        self.versions.append(replace(self.last, modified_at=at, **changes))
        return self.last

    def save_again(self, at: datetime) -> None:
        """Stamp `at` on the version of that time, changing nothing else."""
        count = self._count(at)
        if count:
            self.versions.insert(count, replace(self.versions[count - 1], modified_at=at))

    def _count(self, timestamp: datetime) -> int:
        if self.versions[-1].modified_at <= timestamp:
            return len(self.versions)
        return bisect_right(self.versions, timestamp, key=lambda version: version.modified_at)


def versions_at(timestamp: datetime, histories: Iterable[History[Fact]]) -> list[Fact]:
    """Return the facts that exist at a time, each as it was then."""
    found = (history.at(timestamp) for history in histories)
    return [version for version in found if version is not None]


class Lifecycle(Generic[D]):
    """Writes all versions of one document: a script of steps, each some hours after the one before."""

    deleted_after_hours: tuple[float, float] = (20, 90)

    def __init__(self, document: D, clock: WallClock, rng: random.Random) -> None:
        self.history = History(document)
        self._clock, self._rng = clock, rng
        self._now = document.created_at

    def run(self, script: Iterable[Callable[[Self], None]]) -> History[D]:
        """Take the steps of a script."""
        for step in script:
            step(self)
        return self.history

    def delete(self) -> None:
        """Delete it: Cin7 takes back what it did to stock and lists it no more."""
        self._wait(*self.deleted_after_hours)
        self._revise(deleted_at=self._now)

    def _wait(self, low: float, high: float) -> None:
        self._now = self._clock.later(self._now, self._rng, low, high)

    def _revise(self, **changes: object) -> None:
        self.history.revise(self._now, **changes)


def by_number(rows: Iterable[tuple[int, int, T]], number: int) -> T:
    """Return what the first row that fits gives: (period, remainder, value). One row must fit."""
    return next(value for period, remainder, value in rows if number % period == remainder)
