"""How long goods usually travel on a lane, and the dates that follow from it."""

import statistics
from collections import defaultdict
from datetime import date, timedelta
from typing import Generic, NamedTuple, TypeVar

Lane = TypeVar("Lane")


class Expected(NamedTuple):
    """A date and where it is from: `received`, `eta`, `lead_time` or `unknown`."""

    on: date | None
    basis: str


UNKNOWN = Expected(None, "unknown")


class UsualDays(Generic[Lane]):
    """The days per lane: of n observations the ceil(n / 2)-th smallest."""

    def __init__(self) -> None:
        self._observed: dict[Lane, list[int]] = defaultdict(list)

    def observe(self, lane: Lane, start: date, end: date) -> None:
        """Add what one document took."""
        self._observed[lane].append((end - start).days)

    def after(self, lane: Lane, start: date) -> Expected:
        """The date a document that starts on `start` is expected; unknown on a lane never seen."""
        days = self._observed.get(lane)
        if not days:
            return UNKNOWN
        return Expected(start + timedelta(days=statistics.median_low(days)), "lead_time")
