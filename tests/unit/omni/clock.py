"""A clock for tests of the rate limiter: it stands until somebody sleeps or sets it."""

from datetime import UTC, datetime

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
