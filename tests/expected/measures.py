"""Rounding, spreading and dates as the planning tables show them.

Quantities and money have four decimals, halves away from zero. Which figure is spread or dated is
decided where the rows are made, not here.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import ROUND_HALF_UP, Decimal
from itertools import accumulate, pairwise
from typing import Any, overload
from zoneinfo import ZoneInfo

Row = dict[str, Any]

ZERO = Decimal("0.0000")


def rounded(value: Decimal) -> Decimal:
    """The value with four decimals."""
    return value.quantize(ZERO, ROUND_HALF_UP)


def spread(total: Decimal, weights: Sequence[Decimal]) -> list[Decimal]:
    """`total` cut in proportion to `weights`, so that the rounded pieces still add up to it.

    Where the weights add up to nothing, the first piece is everything.
    """
    whole = sum(weights, ZERO)
    if not whole:
        return [rounded(total), *(ZERO for _ in weights[1:])]
    ends = [rounded(total * reached / whole) for reached in accumulate(weights, initial=ZERO)]
    return [after - before for before, after in pairwise(ends)]


def id_or_none(number: int) -> int | None:
    """The id, or nothing where Cin7 writes 0 for "none"."""
    return number or None


def naive_utc(moment: datetime) -> datetime:
    """The moment as `_at` columns hold it: UTC without saying so."""
    return moment.astimezone(UTC).replace(tzinfo=None)


@dataclass(frozen=True)
class Calendar:
    """Local dates of the account, and which of them is today."""

    zone: ZoneInfo
    as_of: datetime

    @property
    def today(self) -> date:
        """The local date of the moment the tables speak of."""
        return self.on(self.as_of)

    @overload
    def on(self, moment: datetime) -> date: ...
    @overload
    def on(self, moment: None) -> None: ...
    @overload
    def on(self, moment: datetime | None) -> date | None: ...
    def on(self, moment: datetime | None) -> date | None:
        """The local date of a moment, if there is one."""
        return moment.astimezone(self.zone).date() if moment else None
