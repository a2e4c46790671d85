"""The merchant's wall clock: local days and hours as UTC moments, in whole seconds.

What happens at those moments is told elsewhere.
"""

import random
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

OPENS, CLOSES = 8, 18


@dataclass(frozen=True)
class WallClock:
    """Local time of one IANA zone."""

    time_zone: str

    def at(self, day: date, hour: float = 0, second: int = 0) -> datetime:
        """The UTC moment of a local hour of a local day."""
        wall = datetime.combine(day, time()) + timedelta(seconds=int(hour * 3600) + second)
        return wall.replace(tzinfo=ZoneInfo(self.time_zone)).astimezone(UTC)

    def day_of(self, moment: datetime) -> date:
        """The local day a moment falls on."""
        return moment.astimezone(ZoneInfo(self.time_zone)).date()

    def midnight_of(self, moment: datetime) -> datetime:
        """The local midnight before a moment: how Cin7 stores a date without a time."""
        return self.at(self.day_of(moment))

    def next_month(self, moment: datetime) -> datetime:
        """The first local midnight of the month after a moment."""
        day = self.day_of(moment)
        return self.at((day.replace(day=1) + timedelta(days=32)).replace(day=1))

    def later(self, moment: datetime, chance: random.Random, low: float, high: float) -> datetime:
        """A moment `low` to `high` hours on, moved into the next opening hours."""
        seconds = chance.randint(int(low * 3600), max(int(high * 3600), int(low * 3600)))
        then = moment + timedelta(seconds=seconds)
        hour = then.astimezone(ZoneInfo(self.time_zone)).hour
        if OPENS <= hour < CLOSES:
            return then
        day = self.day_of(then) + timedelta(days=1 if hour >= CLOSES else 0)
        return self.at(day, OPENS, chance.randint(0, 7200))


def seeded_rng(seed: int, *what: object) -> random.Random:
    """The rng of one topic (and day): the same whatever else was asked for before."""
    return random.Random(":".join(str(part) for part in (seed, *what)))


def quota(per_week: int, day_number: int) -> int:
    """How many of a weekly number fall on one day, evenly and without rng."""
    return per_week * (day_number + 1) // 7 - per_week * day_number // 7
