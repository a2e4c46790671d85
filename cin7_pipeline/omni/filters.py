"""The `where` parameter: windows, ids and the continuation of pages, in Cin7's own grammar.

Only parent-level fields can be filtered (`cin7-omni-api.md` §3). What a window means is in `window`.
"""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

from cin7_pipeline.window import Window


def window_where(window: Window) -> str | None:
    """The filter that reads `window`, or None for everything.

    An open window is read by modification alone, so that an edit to an old document is seen. A
    closed one also by creation: whatever was created in it is found, however it was edited since.
    """
    if window.start is None:
        return None
    start = _instant(window.start)
    if window.end is None:
        return f"modifiedDate >= {start}"
    # Cin7 compares whole seconds: an end inside a second must not cut that second off.
    end = _instant(window.end + timedelta(seconds=window.end.microsecond > 0))
    return " OR ".join(
        f"({field} >= {start} AND {field} < {end})" for field in ("modifiedDate", "createdDate")
    )


def and_modified_before(where: str, moment: datetime) -> str:
    """`where`, narrowed to what no open window from that moment on returns."""
    return f"({where}) AND modifiedDate < {_instant(moment)}"


def ids_where(field: str, ids: Iterable[int]) -> str:
    """The filter for the rows whose `field` is one of `ids`."""
    return f"{field} IN ({','.join(map(str, ids))})"


def after_key(where: str | None, field: str, operator: str, last: int) -> str:
    """`where`, narrowed to the rows beyond `last`; `>=` and `<=` keep those of `last` itself."""
    beyond = f"{field} {operator} {last}"
    return beyond if where is None else f"({where}) AND {beyond}"


def _instant(moment: datetime) -> str:
    return f"'{moment.astimezone(UTC).replace(tzinfo=None).isoformat(timespec='seconds')}Z'"
