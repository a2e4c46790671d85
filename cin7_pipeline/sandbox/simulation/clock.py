"""This module is the merchant's clock and chance: local hours as UTC timestamps, and seeded generators."""

import random
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

OPENS, CLOSES = 8, 18


@dataclass(frozen=True)
class WallClock:
    """Local time of one IANA zone, in whole seconds."""

    time_zone: str

    def at(self, day: date, hour: float = 0, second: int = 0) -> datetime:
        """Return the UTC timestamp of a local hour of a local day."""
        wall = datetime.combine(day, time()) + timedelta(seconds=int(hour * 3600) + second)
        return wall.replace(tzinfo=ZoneInfo(self.time_zone)).astimezone(UTC)

    def day_of(self, timestamp: datetime) -> date:
        """Return the local day a timestamp falls on."""
        return timestamp.astimezone(ZoneInfo(self.time_zone)).date()

    def midnight_of(self, timestamp: datetime) -> datetime:
        """Return the local midnight before a timestamp: how Cin7 stores a date without a time."""
        return self.at(self.day_of(timestamp))

    def next_month(self, timestamp: datetime) -> datetime:
        """Return the first local midnight of the month after a timestamp."""
        day = self.day_of(timestamp)
        return self.at((day.replace(day=1) + timedelta(days=32)).replace(day=1))

    def later(self, timestamp: datetime, rng: random.Random, low: float, high: float) -> datetime:
        """Return a time `low` to `high` hours on, moved into the next opening hours."""
        seconds = rng.randint(int(low * 3600), max(int(high * 3600), int(low * 3600)))
        then = timestamp + timedelta(seconds=seconds)
        hour = then.astimezone(ZoneInfo(self.time_zone)).hour
        if OPENS <= hour < CLOSES:
            return then
        day = self.day_of(then) + timedelta(days=1 if hour >= CLOSES else 0)
        return self.at(day, OPENS, rng.randint(0, 7200))


def seeded_rng(seed: int, *topic: object) -> random.Random:
    """Return the generator of one topic (and day): the same whatever else was drawn before."""
    return random.Random(":".join(str(part) for part in (seed, *topic)))


def quota(per_week: int, day_number: int) -> int:
    """Return how many of a weekly number fall on one day, spread evenly and without chance."""
    return per_week * (day_number + 1) // 7 - per_week * day_number // 7
