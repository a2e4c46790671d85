"""What tests of the rate limiter share: a clock that stands until somebody sleeps or sets it, and a call."""

from datetime import UTC, datetime

from cin7_pipeline.omni.rate_limit import RateLimiter

START = datetime(2026, 3, 1, 6, tzinfo=UTC)


class Clock:
    """A clock that only moves when somebody sleeps."""

    def __init__(self) -> None:
        self.time = START.timestamp()
        self.slept: list[float] = []

    @property
    def passed(self) -> float:
        """Seconds since the start."""
        return self.time - START.timestamp()

    def now(self) -> float:
        """Seconds since the epoch."""
        return self.time

    def sleep(self, seconds: float) -> None:
        """Let the time pass."""
        self.slept.append(seconds)
        self.time += seconds


def send(rate_limiter: RateLimiter, *, may_use_reserve: bool = False) -> None:
    """Make one call, which is sent the moment it may be."""
    with rate_limiter.turn(may_use_reserve=may_use_reserve):
        pass
