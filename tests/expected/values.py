"""This module rounds and spreads figures, dates timestamps and matches texts as the planning tables do.

Quantities and money have four decimals, halves rounded away from zero; only numbers of Cin7 that have more
are read with halves to even. It does not decide which figure is
spread or dated: that is done where rows are made.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import ROUND_HALF_EVEN, ROUND_HALF_UP, Decimal
from itertools import accumulate, pairwise
from typing import Any
from zoneinfo import ZoneInfo

Row = dict[str, Any]

ZERO = Decimal("0.0000")


def rounded(value: Decimal) -> Decimal:
    """Return the value with four decimals."""
    return value.quantize(ZERO, ROUND_HALF_UP)


def as_read(value: Decimal) -> Decimal:
    """Return a number of Cin7's with four decimals, as it is loaded."""
    return value.quantize(ZERO, ROUND_HALF_EVEN)


def spread(total: Decimal, weights: Sequence[Decimal]) -> list[Decimal]:
    """Divide `total` in proportion to `weights`, so that the rounded pieces still add up to it.

    Where the weights add up to nothing, the first piece is everything.
    """
    whole = sum(weights, ZERO)
    if not whole:
        return [rounded(total), *(ZERO for _ in weights[1:])]
    # Running totals are rounded, not the pieces: what one piece loses, the next one gets.
    ends = [rounded(total * reached / whole) for reached in accumulate(weights, initial=ZERO)]
    return [after - before for before, after in pairwise(ends)]


def id_or_none(number: int) -> int | None:
    """Return the id, or None where Cin7 writes 0 for "none"."""
    return number or None


def naive_utc(timestamp: datetime) -> datetime:
    """Return the timestamp as `_at` columns hold it: UTC, without a time zone."""
    return timestamp.astimezone(UTC).replace(tzinfo=None)


@dataclass(frozen=True)
class Calendar:
    """Local dates of the account; `as_of` is the timestamp that the tables are made for.

    `oldest_at` is when the oldest record of the account was created: a date can be up to a year older, and
    up to two years ahead.
    """

    zone: ZoneInfo
    as_of: datetime
    oldest_at: datetime

    @property
    def today(self) -> date:
        """The local date of `as_of`."""
        return self.on(self.as_of)

    def on(self, timestamp: datetime | None) -> date | None:
        """Return the local date of a timestamp, None for None."""
        return timestamp.astimezone(self.zone).date() if timestamp else None

    def plausible(self, timestamp: datetime | None) -> date | None:
        """Return the local date of a timestamp, None where it was mistyped."""
        day = self.on(timestamp)
        first, last = self.oldest_at.date() - timedelta(366), self.today + timedelta(730)
        return day if day and first <= day <= last else None

    def past(self, timestamp: datetime | None) -> date | None:
        """Return the local date of what has happened, None where its day has yet to come."""
        day = self.plausible(timestamp)
        return day if day and day <= self.today else None

    def to_come(self, timestamp: datetime | None) -> date | None:
        """Return the local date of what Cin7 has as done on a day that has yet to come."""
        day = self.plausible(timestamp)
        return day if day and day > self.today else None


def ilike(pattern: str) -> re.Pattern[str]:
    """Return SQL's ILIKE as a pattern: `%` is any text, `_` one character, case does not matter."""
    wild = {"%": ".*", "_": "."}
    parts = (wild.get(letter, re.escape(letter)) for letter in pattern)
    return re.compile("".join(parts), re.IGNORECASE | re.DOTALL)
