"""Demand as a forecasting engine reads it, and the pace at which items are sold.

A day counts only if it was read after it was over; what stock says of it comes from snapshots.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from tests.expected.measures import ZERO, Row, rounded
from tests.expected.reading import Read
from tests.expected.sync import newest_reads

PACE_DAYS = 28
ONE_DAY = timedelta(days=1)

Pair = tuple[int, str, str]
Totals = dict[date, Decimal]


class SyncedDays:
    """Local days of which every sale was read: all their UTC days, after their end."""

    def __init__(self, reads: Sequence[Read], zone: ZoneInfo) -> None:
        self._read_at = newest_reads(reads, "sales_orders")
        self._zone = zone
        self._known: dict[date, bool] = {}

    def __contains__(self, day: date) -> bool:
        if day not in self._known:
            self._known[day] = self._is_synced(day)
        return self._known[day]

    def _is_synced(self, day: date) -> bool:
        start = datetime.combine(day, time(), self._zone)
        end = datetime.combine(day + ONE_DAY, time(), self._zone)
        read_at = (self._read_at.get(each) for each in _utc_days(start, end))
        return all(moment is not None and moment >= end for moment in read_at)


def _utc_days(start: datetime, end: datetime) -> Iterator[date]:
    day = start.astimezone(UTC).date()
    while datetime.combine(day, time(), UTC) < end:
        yield day
        day += ONE_DAY


class Shelves:
    """Which items stood on the shelf on the days that have a snapshot; keys end with a warehouse."""

    def __init__(self, inventory_daily: Iterable[Row]) -> None:
        self._days: set[date] = set()
        self._of_items: set[tuple[date, Pair]] = set()
        self._of_skus: set[tuple[date, str, str]] = set()
        for row in inventory_daily:
            day, warehouse = row["snapshot_on"], row["warehouse"]
            self._days.add(day)
            if row["on_hand"] > 0:
                item = (row["product_option_id"], row["size"], warehouse)
                self._of_items.add((day, item))
                self._of_skus.add((day, row["sku"], warehouse))

    def has_item(self, day: date, pair: Pair) -> bool | None:
        """Whether an item was in stock; None where nobody looked."""
        return (day, pair) in self._of_items if day in self._days else None

    def has_sku(self, day: date, sku: str, warehouse: str) -> bool | None:
        """Whether any item with that SKU was in stock; None where nobody looked."""
        return (day, sku, warehouse) in self._of_skus if day in self._days else None


@dataclass(frozen=True)
class Demand:
    """The rows of `demand_daily` and what is known of the days they stand on."""

    daily: Sequence[Row]
    synced: SyncedDays
    shelves: Shelves
    today: date
    created: Mapping[tuple[int, str], date]

    def series(self) -> list[Row]:
        """The table `demand_series`: every day from a series' first one to yesterday."""
        totals: dict[tuple[str, str], Totals] = defaultdict(dict)
        for row in self.daily:
            _add(totals[row["sku"], row["warehouse"]], row)
        return [
            {
                "unique_id": f"{sku}|{warehouse}",
                "ds": day,
                "y": of_day.get(day, ZERO) if day in self.synced else None,
                "is_in_stock": self.shelves.has_sku(day, sku, warehouse),
            }
            for (sku, warehouse), of_day in totals.items()
            for day in _days(min(of_day), self.today)
        ]

    def paces(self) -> dict[Pair, Decimal]:
        """The mean daily demand per item and warehouse, where it is above 0."""
        totals: dict[Pair, Totals] = defaultdict(dict)
        for row in self.daily:
            _add(totals[row["product_option_id"], row["size"], row["warehouse"]], row)
        paces = {pair: self._pace(pair, of_day) for pair, of_day in totals.items()}
        return {pair: pace for pair, pace in paces.items() if pace > 0}

    def _pace(self, pair: Pair, totals: Totals) -> Decimal:
        """The mean over the latest days that were synced and not known to be without stock."""
        counted = [
            totals.get(day, ZERO)
            for day in _days(min(*totals, self.created[pair[:2]]), self.today)
            if day in self.synced and self.shelves.has_item(day, pair) is not False
        ][-PACE_DAYS:]
        return rounded(sum(counted, ZERO) / len(counted)) if counted else ZERO


def _add(totals: Totals, row: Row) -> None:
    day = row["sold_on"]
    totals[day] = totals.get(day, ZERO) + row["net_quantity"]


def _days(first: date, end: date) -> Iterator[date]:
    """The days from `first` to the one before `end`."""
    return (first + timedelta(days=number) for number in range((end - first).days))
