"""This module says how long goods usually take, how late they come, and the dates that follow."""

from collections import defaultdict
from collections.abc import Hashable, Sequence
from datetime import date, timedelta
from typing import NamedTuple

OVERDUE_LIMIT_DAYS = 42
# So many promises make a supplier's lateness known, and nobody is written off within a week.
FEWEST_PROMISES = 5
LEAST_LIMIT_DAYS = 7


class ExpectedDate(NamedTuple):
    """A date and its basis.

    `received`, `eta` and `etd` are Cin7's dates; `lead_time` is by what the lane usually takes, `all_lanes`
    by what all take, `default` by the settings; else it is `unknown`.
    """

    on: date | None
    basis: str


UNKNOWN = ExpectedDate(None, "unknown")


def quantile(ordered: Sequence[int], percent: int) -> int:
    """Return the discrete quantile: of n sorted values the ceil(n × percent / 100)-th."""
    return ordered[-(-len(ordered) * percent // 100) - 1]


class History:
    """What deliveries took and how late they were, by lane (or supplier); `default_days` where none came."""

    def __init__(self, default_days: int) -> None:
        self._default_days = default_days
        self._days: dict[Hashable, list[int]] = defaultdict(list)
        self._late: dict[Hashable, list[int]] = defaultdict(list)

    def observe(
        self, lane: Hashable, start: date | None, end: date, promised: date | None = None
    ) -> None:
        """Add what one document took from `start`, and how late it came after the day it was promised."""
        if start:
            self._days[lane].append((end - start).days)
        if promised:
            self._late[lane].append(max(0, (end - promised).days))

    def after(self, lane: Hashable, start: date | None) -> ExpectedDate:
        """Return when a document is expected that starts on `start`: by the median of its lane, or of all."""
        if start is None:
            return UNKNOWN
        every = [days for of_lane in self._days.values() for days in of_lane]
        for basis, days in (
            ("lead_time", self._days.get(lane)),
            ("all_lanes", every),
            ("default", [self._default_days]),
        ):
            if days:
                return ExpectedDate(start + timedelta(days=quantile(sorted(days), 50)), basis)
        return UNKNOWN

    def usual_lateness(self, lane: Hashable) -> timedelta:
        """Return how late the lane usually is; 0 where nothing was promised on it."""
        late = sorted(self._late.get(lane, [0]))
        return timedelta(days=quantile(late, 50))

    def lateness_limit(self, lane: Hashable) -> timedelta:
        """Return how late a delivery can be and still be counted on: as late as 19 of 20 of its lane are."""
        late = sorted(self._late.get(lane, []))
        if len(late) < FEWEST_PROMISES:
            return timedelta(days=OVERDUE_LIMIT_DAYS)
        return timedelta(days=max(LEAST_LIMIT_DAYS, quantile(late, 95)))
