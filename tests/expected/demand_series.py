"""This module makes the tables `demand_series` and `demand_series_days`.

A day is known only if it was read after it was over; what stock says of it comes from snapshots.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from functools import cache, cached_property
from zoneinfo import ZoneInfo

from cin7_pipeline.sandbox.ledger import Option
from tests.expected.items import sku_of
from tests.expected.known_documents import Read
from tests.expected.sync import newest_reads
from tests.expected.values import ZERO, Row, rounded

ONE_DAY = timedelta(days=1)
NOON = 12
BUSY_DAYS = 7

Totals = dict[date, Decimal]


class SyncedDays:
    """Local days of which every sale was read: all UTC days that they touch, after their end."""

    def __init__(self, reads: Sequence[Read], zone: ZoneInfo) -> None:
        self._read_at = newest_reads(reads, "sales_orders")
        self._zone = zone
        self._is_synced = cache(self._was_read)

    def __contains__(self, day: date) -> bool:
        return self._is_synced(day)

    def _was_read(self, day: date) -> bool:
        start = datetime.combine(day, time(), self._zone)
        end = datetime.combine(day + ONE_DAY, time(), self._zone)
        utc_day = start.astimezone(UTC).date()
        while datetime.combine(utc_day, time(), UTC) < end:
            if utc_day not in self._read_at or self._read_at[utc_day] < end:
                return False
            utc_day += ONE_DAY
        return True


class StockDays:
    """Which items could be sold on the days whose stock is known; keys end with a warehouse.

    They could where some was on hand in the evening or some was sold, and `stockless` items always. Known are
    days with a snapshot, and those of `past_stock` that say whether some was there.
    """

    def __init__(
        self,
        inventory_daily: Sequence[Row],
        taken_at: Mapping[date, datetime],
        past_stock: Iterable[Row],
        daily: Iterable[Row],
        stockless: Iterable[Option],
    ) -> None:
        # What was counted before noon was there when the day before ended.
        ended = {day: day - ONE_DAY * (at.hour < NOON) for day, at in taken_at.items()}
        self._days = set(ended.values())
        self._in_stock: set[tuple[object, ...]] = set()
        for row in inventory_daily:
            if row["on_hand"] > 0:
                self._add(ended[row["snapshot_on"]], row)
        self._stockless = {key for item in stockless for key in (item.key, (sku_of(item),))}
        past = _past_days(past_stock)
        self._past = {
            (day, *key)
            for (day, *key), were_there in past.items()
            if None not in were_there and tuple(key[:-1]) not in self._stockless
        }
        self._in_stock |= {key for key in self._past if any(past[key])}
        self._held = set(self._in_stock)
        for row in daily:
            if row["sold_quantity"] > 0:
                self._add(row["sold_on"], row)

    def _add(self, day: date, row: Row) -> None:
        self._in_stock.add((day, row["product_option_id"], row["size"], row["warehouse"]))
        self._in_stock.add((day, row["sku"], row["warehouse"]))

    def _is_known(self, day: date, *key: object) -> bool:
        return day in self._days or (day, *key) in self._past

    def has(self, day: date, *key: object) -> bool | None:
        """Tell whether an item, or any item with a SKU, could be sold; None where stock is not known."""
        if not self._is_known(day, *key):
            return None
        return key[:-1] in self._stockless or (day, *key) in self._in_stock

    def started(self, day: date, *key: object) -> bool | None:
        """Tell whether there was some at the day's start, or in its course; None where that is not known."""
        if not (self._is_known(day, *key) and self._is_known(day - ONE_DAY, *key)):
            return None
        return bool(self.has(day, *key)) or (day - ONE_DAY, *key) in self._held

    def sold_out(self, day: date, *key: object) -> bool | None:
        """Tell whether the day started with stock and ended without; None where that is not known."""
        if key[:-1] in self._stockless or (day, *key) in self._held:
            return False
        return self.started(day, *key)


@dataclass(frozen=True)
class Demand:
    """The rows of `demand_daily`, from when the item of each existed, and what is known of their days."""

    daily: Sequence[Row]
    synced: SyncedDays
    stock: StockDays
    exists_on: Callable[[Row], date]
    today: date

    def tables(self) -> dict[str, list[Row]]:
        """Return both tables: the same days of each series, from its first known one to yesterday."""
        gross = _totals(self.daily, "sold_quantity")
        series, days = [], []
        for (sku, warehouse), of_day in _totals(self.daily, "net_quantity").items():
            of_series = self._days(sku, warehouse)
            unconstrained = self._unconstrained(of_series, of_day, sku, warehouse)
            for day in of_series:
                key = {"unique_id": f"{sku}|{warehouse}", "ds": datetime.combine(day, time())}
                series.append(key | {"y": float(of_day.get(day, ZERO))})
                known = {
                    "is_known": day in self.synced,
                    "is_in_stock": self.stock.has(day, sku, warehouse),
                    "started_in_stock": self.stock.started(day, sku, warehouse),
                    "sold_out": self.stock.sold_out(day, sku, warehouse),
                    "y_sold": gross[sku, warehouse].get(day, ZERO),
                    "y_unconstrained": unconstrained.get(day),
                }
                days.append(key | known)
        return {"demand_series": series, "demand_series_days": days}

    def _days(self, *key: object) -> list[date]:
        """Return the days of a series; it begins with the first known one on which it existed."""
        first = max(min(map(self.exists_on, self._rows[key])), self._opened_on)
        known = (day for day in _days(first, self.today) if day in self.synced)
        return list(_days(next(known, self.today), self.today))

    @cached_property
    def _opened_on(self) -> date:
        """The first day with a sale, where there are seven and every other one has had some since."""
        days = {row["sold_on"] for row in self.daily if row["sold_quantity"] > 0}
        days = {day for day in days if day < self.today}
        is_busy = len(days) >= BUSY_DAYS and 2 * len(days) >= (self.today - min(days)).days
        return min(days) if is_busy else date.min

    @cached_property
    def _rows(self) -> Mapping[tuple[object, ...], list[Row]]:
        rows = defaultdict(list)
        for row in self.daily:
            rows[row["sku"], row["warehouse"]].append(row)
        return rows

    def _unconstrained(self, days: Sequence[date], of_day: Totals, *key: object) -> Totals:
        """Return a series' units had there been enough; days that began without stock are left out."""
        known = {day: of_day.get(day, ZERO) for day in days if day in self.synced}
        sold_out = {day for day in known if self.stock.sold_out(day, *key)}
        lifted = {}
        for day, quantity in known.items():
            started = self.stock.started(day, *key)
            if started is False or (started is None and self.stock.has(day, *key) is False):
                continue
            is_cut = day in sold_out and quantity > 0
            more = [other for other, sold in known.items() if is_cut and sold >= quantity]
            free = sum(other not in sold_out for other in more)
            beyond = sum((known[other] - quantity for other in more), ZERO)
            lifted[day] = quantity
            if more:
                few = sum((known[other] for other in more), ZERO) / len(more) / 8
                lifted[day] += rounded((beyond + few) / (free + Decimal("0.5")))
        return lifted


def _past_days(rows: Iterable[Row]) -> dict[tuple[object, ...], list[bool | None]]:
    """Return for each day, SKU and warehouse whether its items were there; None of what is not known."""
    days: dict[tuple[object, ...], list[bool | None]] = defaultdict(list)
    for row in rows:
        for day in _days(row["first_on"], row["last_on"] + ONE_DAY):
            days[day, row["sku"], row["warehouse"]].append(row["is_in_stock"])
    return days


def _totals(rows: Iterable[Row], measure: str) -> dict[tuple[object, ...], Totals]:
    totals: dict[tuple[object, ...], Totals] = defaultdict(lambda: defaultdict(lambda: ZERO))
    for row in rows:
        totals[row["sku"], row["warehouse"]][row["sold_on"]] += row[measure]
    return totals


def _days(first: date, end: date) -> Iterator[date]:
    """Yield the days from `first` to the one before `end`."""
    return (first + timedelta(days=number) for number in range((end - first).days))
