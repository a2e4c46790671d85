"""The lists of the account as they stand at one moment: filtered, sorted and cut into pages.

An account may be costly to ask, so each list is kept until the moment changes, with its sort orders.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice
from typing import Any, Protocol

from cin7_pipeline.sandbox.server.matching import (
    FieldKind,
    Fields,
    Predicate,
    Record,
    comparable,
    compile_condition,
)
from cin7_pipeline.sandbox.server.parameters import SortKey
from cin7_pipeline.sandbox.server.query import Condition


class Account(Protocol):
    """What the sandbox serves."""

    def records(self, resource: str, moment: datetime) -> list[dict[str, Any]]:
        """All full records of a resource (`SalesOrders`, `v2/BomMasters`, …) visible at that moment.

        Keys are camelCase, values ready for JSON; dates are 'yyyy-MM-ddTHH:mm:ssZ' or None. The
        records are never changed by the server.

        Raises:
            KeyError: naming the resource, where the account has none of it.
        """
        ...


class Listing:
    """All records of one resource at one moment."""

    def __init__(self, records: list[Record]) -> None:
        self._records = records
        self._fields = Fields(records)
        self._sorted: dict[tuple[SortKey, ...], list[Record]] = {}

    def sort(self, order: tuple[SortKey, ...]) -> list[Record]:
        """The records by these keys, nulls first when ascending; without keys as the account has them.

        Raises:
            InvalidQuery: a key is no field of the records.
        """
        if not order:
            return self._records
        if order not in self._sorted:
            self._sorted[order] = self._sort(order)
        return self._sorted[order]

    def _sort(self, order: tuple[SortKey, ...]) -> list[Record]:
        records = self._records
        for key in reversed(order):
            name = self._fields.name(key.field)
            records = _sort_by(records, name, self._fields.kind(name), key.descending)
        return records

    def predicate(self, condition: Condition | None) -> Predicate | None:
        """A function that tells which records satisfy the condition; None: all do.

        Raises:
            InvalidQuery: the condition does not fit the fields of the records.
        """
        return None if condition is None else compile_condition(condition, self._fields)

    def find(self, record_id: int) -> Record | None:
        """The first record with this id."""
        return next((record for record in self._records if record.get("id") == record_id), None)


def cut(
    records: Sequence[Record], matches: Predicate | None, first: int, count: int
) -> list[Record]:
    """`count` of the matching records, from the `first` one on (counted from 0)."""
    if matches is None:
        return list(records[first : first + count])
    return list(islice(filter(matches, records), first, first + count))


def _sort_by(records: list[Record], name: str, kind: FieldKind, descending: bool) -> list[Record]:
    prepare = comparable(kind)

    def key(record: Record) -> tuple[bool, Any]:
        value = record.get(name)
        return (False, 0) if value is None else (True, prepare(value))

    return sorted(records, key=key, reverse=descending)


@dataclass(frozen=True)
class _Kept:
    moment: datetime
    lag_seconds: float
    listing: Listing


class Listings:
    """The account's lists by resource, each at the moment it was last asked for."""

    def __init__(self, account: Account) -> None:
        self._account = account
        self._kept: dict[str, _Kept] = {}

    def at(self, resource: str, moment: datetime, lag_seconds: float) -> Listing:
        """The list at that second, without what was modified in the last `lag_seconds`."""
        second = moment.replace(microsecond=0)
        kept = self._kept.get(resource)
        if kept is None or (kept.moment, kept.lag_seconds) != (second, lag_seconds):
            records = self._account.records(resource, second)
            visible = _visible(records, second, lag_seconds) if lag_seconds else records
            kept = _Kept(second, lag_seconds, Listing(visible))
            self._kept[resource] = kept
        return kept.listing

    def forget(self) -> None:
        """Ask the account anew from now on: its records may have changed within a second."""
        self._kept.clear()


def _visible(records: list[Record], moment: datetime, lag_seconds: float) -> list[Record]:
    newest = f"{moment - timedelta(seconds=lag_seconds):%Y-%m-%dT%H:%M:%SZ}"
    return [record for record in records if (record.get("modifiedDate") or "") <= newest]
