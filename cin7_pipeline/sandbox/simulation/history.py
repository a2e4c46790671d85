"""This module keeps the versions of facts: what one was at any time is looked up, never computed again."""

from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from typing import Any, Generic, TypeVar

Fact = TypeVar("Fact")


class History(Generic[Fact]):
    """Every version of one fact, oldest first."""

    def __init__(self, first: Fact) -> None:
        self.versions: list[Any] = [first]  # frozen dataclasses that have a `modified_at`

    @property
    def last(self) -> Fact:
        """The latest version that is planned so far."""
        last: Fact = self.versions[-1]
        return last

    def at(self, timestamp: datetime) -> Fact | None:
        """Return the version at a time; None before the fact exists."""
        count = self._count(timestamp)
        return self.versions[count - 1] if count else None

    def revise(self, at: datetime, **changes: Any) -> None:
        """Add a version after the last one, which must not be later than `at`."""
        if at < self.versions[-1].modified_at:
            msg = f"{self.last!r} was changed after {at}: versions are written in order."
            raise ValueError(msg)
        self.versions.append(replace(self.versions[-1], modified_at=at, **changes))

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
