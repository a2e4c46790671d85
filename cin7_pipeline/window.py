"""Spans of UTC time that a read covers, half-open: the start belongs to it, the end does not.

What belongs here: lookbacks, day ranges, slices. Not here: how Cin7 is asked for them (`api/where.py`).
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta


@dataclass(frozen=True)
class Window:
    """The documents created or changed in `[start, end)`; an open end means "until now".

    A window without a start is everything the account holds.
    """

    start: datetime | None = None
    end: datetime | None = None

    @classmethod
    def whole(cls) -> "Window":
        """Everything, whatever its dates."""
        return cls()

    @classmethod
    def lookback(cls, now: datetime, days: int) -> "Window":
        """Everything changed since the midnight (UTC) that lies `days` days back."""
        return cls(start=midnight(now.astimezone(UTC).date() - timedelta(days=days)))

    @classmethod
    def days(cls, first: date, last: date) -> "Window":
        """The UTC days from `first` to `last`, both included."""
        return cls(start=midnight(first), end=midnight(last + timedelta(days=1)))

    @property
    def is_whole(self) -> bool:
        """True where no date bounds the read."""
        return self.start is None

    def dates(self, now: datetime) -> Iterator[date]:
        """The UTC days that the window touches up to `now`; none for a whole read."""
        if self.start is None:
            return
        last = min(self.end - timedelta(microseconds=1), now) if self.end else now
        day = self.start.date()
        while day <= last.astimezone(UTC).date():
            yield day
            day += timedelta(days=1)

    def slices(self, days: int, now: datetime) -> list["Window"]:
        """The window cut into pieces of `days` days; an open end stays open in the last piece."""
        if self.start is None:
            return [self]
        end = self.end or now
        cuts = [self.start]
        while cuts[-1] + timedelta(days=days) < end:
            cuts.append(cuts[-1] + timedelta(days=days))
        ends: list[datetime | None] = [*cuts[1:], self.end]
        return [Window(a, b) for a, b in zip(cuts, ends, strict=True)]

    def __str__(self) -> str:
        if self.start is None:
            return "everything"
        return f"{self.start:%Y-%m-%d} to {f'{self.end:%Y-%m-%d}' if self.end else 'now'}"


def midnight(day: date) -> datetime:
    """The first moment of a UTC day."""
    return datetime.combine(day, time(), tzinfo=UTC)
