"""The states one fact went through: what it was at any moment is looked up, never recomputed."""

from bisect import bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import Field, replace
from datetime import datetime
from typing import Any, ClassVar, Generic, Protocol, TypeVar


class Dated(Protocol):
    """A frozen dataclass that knows when it was last changed."""

    __dataclass_fields__: ClassVar[dict[str, Field[Any]]]

    @property
    def modified_at(self) -> datetime:
        """When this state began."""


Fact = TypeVar("Fact", bound=Dated)


class History(Generic[Fact]):
    """Every version of one fact, oldest first."""

    def __init__(self, first: Fact) -> None:
        self.versions = [first]

    def __iter__(self) -> Iterator[Fact]:
        return iter(self.versions)

    @property
    def last(self) -> Fact:
        """The state nothing that is planned so far comes after."""
        return self.versions[-1]

    def at(self, moment: datetime) -> Fact | None:
        """The state at a moment; None before the fact exists."""
        count = self._count(moment)
        return self.versions[count - 1] if count else None

    def revise(self, at: datetime, **changes: Any) -> Fact:
        """Add a state after the last one, which must not be later than `at`."""
        if at < self.last.modified_at:
            msg = f"{self.last!r} was changed after {at}: tell its story in order."
            raise ValueError(msg)
        self.versions.append(replace(self.last, modified_at=at, **changes))
        return self.last

    def save_again(self, at: datetime) -> None:
        """Stamp `at` on whatever the state was then, changing nothing else."""
        count = self._count(at)
        if count:
            self.versions.insert(count, replace(self.versions[count - 1], modified_at=at))

    def _count(self, moment: datetime) -> int:
        if self.versions[-1].modified_at <= moment:
            return len(self.versions)
        return bisect_right(self.versions, moment, key=lambda version: version.modified_at)


def states(histories: Iterable[History[Fact]], moment: datetime) -> list[Fact]:
    """The facts that exist at a moment, each as it was then."""
    found = (history.at(moment) for history in histories)
    return [state for state in found if state is not None]
