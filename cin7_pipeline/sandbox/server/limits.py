"""How many calls the sandbox answers: Cin7's three windows, measured at arrival (reference §2).

Only the counting lives here. What a refused call is told, and in which form, is decided in `app`.
"""

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

SECONDS_PER_DAY = 86_400


@dataclass(frozen=True)
class Limits:
    """Calls per window; None switches a window off.

    When Cin7's day starts anew is not documented: `day` is `rolling` (the last 24 hours) or
    `utc` (since the last UTC midnight). Tests that cannot wait for a minute shorten `minute_seconds`.
    """

    per_second: int | None = 3
    per_minute: int | None = 60
    per_day: int | None = 5000
    day: Literal["rolling", "utc"] = "rolling"
    minute_seconds: float = 60.0


CIN7_LIMITS = Limits()
NO_LIMITS = Limits(per_second=None, per_minute=None, per_day=None)


class CallWindows:
    """The calls answered so far. `clock` gives seconds since the epoch; refused calls don't count."""

    def __init__(self, limits: Limits, clock: Callable[[], float]) -> None:
        self._limits = limits
        self._clock = clock
        self._arrivals: deque[float] = deque()

    def admit(self) -> float:
        """0 where the call is within all windows, else the seconds until the next one would be."""
        now = self._clock()
        while self._arrivals and self._arrivals[0] <= now - SECONDS_PER_DAY:
            self._arrivals.popleft()
        wait = max(
            self._wait(self._limits.per_second, 1.0, now),
            self._wait(self._limits.per_minute, self._limits.minute_seconds, now),
            self._wait_for_the_day(now),
        )
        if not wait:
            self._arrivals.append(now)
        return wait

    def _wait(self, limit: int | None, seconds: float, now: float) -> float:
        """A window is full exactly when the call `limit` places back still lies inside it."""
        if limit is None or limit > len(self._arrivals):
            return 0.0
        if limit < 1:
            return seconds
        return max(0.0, self._arrivals[-limit] + seconds - now)

    def _wait_for_the_day(self, now: float) -> float:
        if self._limits.day == "rolling":
            return self._wait(self._limits.per_day, SECONDS_PER_DAY, now)
        since_midnight = now % SECONDS_PER_DAY
        is_full = self._wait(self._limits.per_day, since_midnight, now) > 0
        return SECONDS_PER_DAY - since_midnight if is_full else 0.0
