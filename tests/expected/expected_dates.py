"""This module says how long goods usually take, how late they usually are, and the dates that follow."""

from collections import defaultdict
from collections.abc import Hashable, Sequence
from datetime import date, timedelta
from typing import NamedTuple


class ExpectedDate(NamedTuple):
    """A date and its basis: `received`, `eta`, `lead_time` or `unknown`."""

    on: date | None
    basis: str


UNKNOWN = ExpectedDate(None, "unknown")


def quantile(ordered: Sequence[int], percent: int) -> int:
    """Return the discrete quantile: of n sorted values the ceil(n × percent / 100)-th."""
    return ordered[-(-len(ordered) * percent // 100) - 1]


class UsualDays:
    """The days per lane (or supplier): the discrete median of what its documents took."""

    def __init__(self) -> None:
        self._observed: dict[Hashable, list[int]] = defaultdict(list)

    def observe(self, lane: Hashable, start: date, end: date) -> None:
        """Add what one document took."""
        self._observed[lane].append((end - start).days)

    def of(self, lane: Hashable) -> timedelta | None:
        """Return what the lane usually takes; None on a lane never seen."""
        days = self._observed.get(lane)
        return timedelta(days=quantile(sorted(days), 50)) if days else None

    def after(self, lane: Hashable, start: date) -> ExpectedDate:
        """Return when a document that starts on `start` is expected; unknown on a lane never seen."""
        usual = self.of(lane)
        return UNKNOWN if usual is None else ExpectedDate(start + usual, "lead_time")
