"""This module is the span of UTC time that a read covers: its start belongs to it, its end does not.

It makes lookbacks, day ranges and slices. It does not say how Cin7 is asked for them: that is in
`omni/filters.py`.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

DAY = timedelta(days=1)
MICROSECOND = timedelta(microseconds=1)
# Cin7 holds nothing older, however far back it is asked for.
EARLIEST = date(2000, 1, 1)


@dataclass(frozen=True)
class Window:
    """The documents created or changed in `[start, end)`; an open end means "until now".

    A window without a start is everything the account holds. Bounds are kept in UTC: a local day with
    23 or 25 hours is as long here as it is on the clock.

    Raises:
        ValueError: a bound has no time zone.
    """

    start: datetime | None = None
    end: datetime | None = None

    def __post_init__(self) -> None:
        for name in ("start", "end"):
            bound = getattr(self, name)
            if bound is not None:
                if bound.tzinfo is None:
                    msg = f"{bound} has no time zone"
                    raise ValueError(msg)
                object.__setattr__(self, name, bound.astimezone(UTC))

    @classmethod
    def whole(cls) -> "Window":
        """Return the window of everything, whatever its dates."""
        return cls()

    @classmethod
    def lookback(cls, now: datetime, days: int) -> "Window":
        """Return the window of what changed since the midnight (UTC) that lies `days` days back."""
        today = now.astimezone(UTC).date()
        return cls(start=midnight(today - timedelta(days=min(days, (today - EARLIEST).days))))

    @classmethod
    def days(cls, first: date, last: date) -> "Window":
        """Return the UTC days from `first` to `last`, both included, as far as Cin7 can have any."""
        first = max(first, min(last, EARLIEST))
        return cls(start=midnight(first), end=midnight(min(last, date.max - DAY) + DAY))

    @property
    def is_whole(self) -> bool:
        """Whether no date bounds the read."""
        return self.start is None

    def dates(self, now: datetime) -> Iterator[date]:
        """Yield the UTC days that the window touches up to `now`; none for a whole read."""
        last = min(self.end - MICROSECOND, now) if self.end else now
        if self.start is None or self.start > last:
            return
        day = self.start.date()
        while day <= last.astimezone(UTC).date():
            yield day
            day += DAY

    def slices(self, days: int, now: datetime) -> list["Window"]:
        """Cut the window into pieces of `days` days, the last of them whatever is left.

        An open end stays open in it, and what lies after `now` is not cut: nothing is there yet.
        """
        if self.start is None:
            return [self]
        cuts, end = [self.start], min(self.end or now, now)
        while end - cuts[-1] > timedelta(days=days):
            cuts.append(cuts[-1] + timedelta(days=days))
        ends: list[datetime | None] = [*cuts[1:], self.end]
        return [Window(a, b) for a, b in zip(cuts, ends, strict=True)]

    def __str__(self) -> str:
        if self.start is None:
            return "everything"
        return f"{self.start:%Y-%m-%d} to {f'{self.end:%Y-%m-%d}' if self.end else 'now'}"


def midnight(day: date) -> datetime:
    """Return the first timestamp of a UTC day."""
    return datetime.combine(day, time(), tzinfo=UTC)
