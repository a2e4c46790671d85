"""How long goods usually travel on a lane, how late they usually are, and the dates that follow."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import date, timedelta
from typing import Generic, NamedTuple, TypeVar

Lane = TypeVar("Lane")
HALF = 50


class Expected(NamedTuple):
    """A date and where it is from: `received`, `eta`, `lead_time` or `unknown`."""

    on: date | None
    basis: str


UNKNOWN = Expected(None, "unknown")


def quantile(ordered: Sequence[int], percent: int) -> int:
    """The discrete quantile: of n sorted values the ceil(n × percent / 100)-th."""
    return ordered[-(-len(ordered) * percent // 100) - 1]


class UsualDays(Generic[Lane]):
    """The days per lane: the discrete median of what its documents took."""

    def __init__(self) -> None:
        self._observed: dict[Lane, list[int]] = defaultdict(list)

    def observe(self, lane: Lane, start: date, end: date) -> None:
        """Add what one document took."""
        self._observed[lane].append((end - start).days)

    def of(self, lane: Lane) -> timedelta | None:
        """What the lane usually takes; None on a lane never seen."""
        days = self._observed.get(lane)
        return timedelta(days=quantile(sorted(days), HALF)) if days else None

    def after(self, lane: Lane, start: date) -> Expected:
        """The date a document that starts on `start` is expected; unknown on a lane never seen."""
        usual = self.of(lane)
        return UNKNOWN if usual is None else Expected(start + usual, "lead_time")
