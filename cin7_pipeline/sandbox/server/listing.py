"""This module answers a list of the account: filtered, sorted, cut into a page, projected.

It applies `where`, `order`, `page`, `rows` and `fields`. What a fault makes of them is in `handlers`.
"""

import re
from collections.abc import Mapping
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any, Protocol

from cin7_pipeline.sandbox.server.where import Fields, InvalidQuery, Record, comparable

DEFAULT_ROWS = 50
MAX_ROWS = 250
TOO_MANY_ROWS = "The rows argument cannot be greater than 250."
TOO_FEW_ROWS = "The rows argument must be greater than or equal to 1."
PAGE_OUT_OF_RANGE = "The page number is out of range; the value must be greater than or equal to 1."


class Account(Protocol):
    """What the sandbox serves."""

    def records(self, resource: str, timestamp: datetime, /) -> list[Record]:
        """Return all full records of a resource (`SalesOrders`, `v2/BomMasters`, …) at a timestamp.

        Keys are camelCase, values ready for JSON; dates are 'yyyy-MM-ddTHH:mm:ssZ' or None. The
        server never changes the records. A resource without records is an empty list.
        """
        ...


def parse_page(parameters: Mapping[str, str]) -> tuple[int, int]:
    """Return the `page`, which counts from 1, and the `rows` of a page.

    Raises:
        InvalidQuery: a value is out of range or no number; in Cin7's own words where they are known.
    """
    page = _whole_number(parameters, "page", 1)
    rows = _whole_number(parameters, "rows", DEFAULT_ROWS)
    if page < 1:
        raise InvalidQuery(PAGE_OUT_OF_RANGE)
    if not 1 <= rows <= MAX_ROWS:
        raise InvalidQuery(TOO_MANY_ROWS if rows > MAX_ROWS else TOO_FEW_ROWS)
    return page, rows


def _whole_number(parameters: Mapping[str, str], name: str, default: int) -> int:
    text = parameters.get(name, "").strip()
    try:
        return int(text) if text else default
    except ValueError:
        msg = f"The value '{text}' is not valid for {name}."
        raise InvalidQuery(msg) from None


# Fields to sort by, the most significant first, and whether each is descending.
Order = tuple[tuple[str, bool], ...]
# Names in lower case; None takes the whole value, a selection only parts of what is in it.
Selection = dict[str, "Selection | None"]


@lru_cache(maxsize=256)
def parse_order(text: str, default_direction: str) -> Order:
    """Return what `order` asks for; blank text asks for nothing.

    Raises:
        InvalidQuery: a part is not `field`, `field ASC` or `field DESC`.
    """
    keys = []
    for part in text.split(",") if text.strip() else ():
        words = part.split()
        direction = words[1].upper() if len(words) == 2 else default_direction
        if len(words) not in (1, 2) or direction not in ("ASC", "DESC"):
            msg = f"The order argument is not valid: '{part.strip()}'."
            raise InvalidQuery(msg)
        keys.append((words[0], direction == "DESC"))
    return tuple(keys)


@lru_cache(maxsize=256)
def parse_fields(text: str) -> Selection | None:
    """Return what `fields` asks for, as in `id, lineItems(code, qty)`; None for blank text: everything.

    Raises:
        InvalidQuery: the parentheses do not match.
    """
    parts = re.findall(r"[(),]|[^(),\s]+", text)
    if not parts:
        return None
    open_levels: list[Selection] = [{}]
    name = ""
    for part in parts:
        if part == "(":
            inner: Selection = {}
            open_levels[-1][name] = inner
            open_levels.append(inner)
        elif part == ")":
            open_levels.pop()
        elif part != ",":
            name = part.lower()
            open_levels[-1].setdefault(name, None)
        if not open_levels:
            break
    if len(open_levels) != 1:
        msg = f"The fields argument is not valid: '{text}'."
        raise InvalidQuery(msg)
    return open_levels[0]


def project(value: Any, selection: Selection | None) -> Any:
    """Return only what was asked for, in the record's own order; unknown names change nothing."""
    if selection is None:
        return value
    if isinstance(value, list):
        return [project(item, selection) for item in value]
    if isinstance(value, dict):
        return {
            name: project(item, selection[lower])
            for name, item in value.items()
            if (lower := name.lower()) in selection
        }
    return value


class Listing:
    """All records of one resource at one second, with the sort orders asked for so far."""

    def __init__(self, records: list[Record]) -> None:
        self.records, self.fields = records, Fields(records)
        self._sorted: dict[Order, list[Record]] = {(): records}

    def sort(self, order: Order) -> list[Record]:
        """Return the records by these keys, nulls first when ascending; ties keep their order.

        Raises:
            InvalidQuery: a key is no field of the records.
        """
        if order not in self._sorted:
            records = self.records
            for written, descending in reversed(order):
                records = self._sort_by(records, written, descending=descending)
            self._sorted[order] = records
        return self._sorted[order]

    def _sort_by(self, records: list[Record], written: str, *, descending: bool) -> list[Record]:
        name = self.fields.name(written)
        prepare = comparable(self.fields.kind(name))

        def key(record: Record) -> tuple[bool, Any]:
            value = record.get(name)
            return (False, 0) if value is None else (True, prepare(value))

        return sorted(records, key=key, reverse=descending)


class Listings:
    """The account's lists by resource; each is kept until the second changes, as it may be costly."""

    def __init__(self, account: Account) -> None:
        self._account = account
        self._kept: dict[str, tuple[tuple[datetime, float], Listing]] = {}

    def at(self, resource: str, timestamp: datetime, lag_seconds: float) -> Listing:
        """Return the list at that second, without what was modified in the last `lag_seconds`."""
        second = timestamp.replace(microsecond=0)
        version, listing = self._kept.get(resource, (None, None))
        if listing is None or version != (second, lag_seconds):
            records = self._account.records(resource, second)
            if lag_seconds:
                newest = f"{second - timedelta(seconds=lag_seconds):%Y-%m-%dT%H:%M:%SZ}"
                records = [each for each in records if (each.get("modifiedDate") or "") <= newest]
            listing = Listing(records)
            self._kept[resource] = ((second, lag_seconds), listing)
        return listing

    def forget(self) -> None:
        """Ask the account anew from now on: its records may have changed within a second."""
        self._kept.clear()
