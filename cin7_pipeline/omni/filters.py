"""This module writes the `where` parameter: windows, ids and the continuation of pages, in Cin7's grammar.

Only fields of a record itself can be filtered, not those of its lines (`README.md`, Filters). What a window
means is in `window`.
"""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

from cin7_pipeline.window import Window


def window_where(window: Window) -> str | None:
    """Return the filter that reads `window`, or None for everything.

    An open window is read by modification alone, so that an edit to an old document is seen. A
    closed one also by creation: whatever was created in it is found, however it was edited since.
    """
    if window.start is None:
        return None
    start = _timestamp(window.start)
    if window.end is None:
        return f"modifiedDate >= {start}"
    # Cin7 compares whole seconds: an end inside a second must not cut that second off.
    end = _timestamp(window.end + timedelta(seconds=window.end.microsecond > 0))
    return " OR ".join(
        f"({field} >= {start} AND {field} < {end})" for field in ("modifiedDate", "createdDate")
    )


def and_modified_before(where: str, start: datetime) -> str:
    """Return `where`, narrowed to what no open window from `start` on returns."""
    return f"({where}) AND modifiedDate < {_timestamp(start)}"


def ids_where(field: str, ids: Iterable[int]) -> str:
    """Return the filter for the rows whose `field` is one of `ids`."""
    return f"{field} IN ({','.join(map(str, ids))})"


def after_key(where: str | None, field: str, operator: str, last: int) -> str:
    """Return `where`, narrowed by `field` `operator` `last`; it keeps its meaning if it holds an OR."""
    beyond = f"{field} {operator} {last}"
    return beyond if where is None else f"({where}) AND {beyond}"


def _timestamp(value: datetime) -> str:
    return f"'{value.astimezone(UTC).replace(tzinfo=None).isoformat(timespec='seconds')}Z'"
