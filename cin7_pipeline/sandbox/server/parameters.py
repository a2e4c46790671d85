"""The other query parameters: `page`, `rows`, `order` and `fields`, parsed and applied.

Which of them a call has, and what a fault makes of them, is told in `app`; facts: reference §3.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from cin7_pipeline.sandbox.server.matching import Record
from cin7_pipeline.sandbox.server.query import InvalidQuery

DEFAULT_ROWS = 50
MAX_ROWS = 250
TOO_MANY_ROWS = "The rows argument cannot be greater than 250."
PAGE_OUT_OF_RANGE = "The page number is out of range; the value must be greater than or equal to 1."


@dataclass(frozen=True)
class Page:
    """Which part of a list is asked for; `number` counts from 1."""

    number: int = 1
    rows: int = DEFAULT_ROWS


def parse_page(parameters: Mapping[str, str]) -> Page:
    """The page that `page` and `rows` ask for.

    Raises:
        InvalidQuery: with Cin7's own words where a value is out of range.
    """
    number = _whole_number(parameters, "page", 1)
    rows = _whole_number(parameters, "rows", DEFAULT_ROWS)
    if number < 1:
        raise InvalidQuery(PAGE_OUT_OF_RANGE)
    if rows > MAX_ROWS:
        raise InvalidQuery(TOO_MANY_ROWS)
    if rows < 1:
        msg = "The rows argument must be greater than or equal to 1."
        raise InvalidQuery(msg)
    return Page(number, rows)


def _whole_number(parameters: Mapping[str, str], name: str, default: int) -> int:
    text = parameters.get(name, "").strip()
    try:
        return int(text) if text else default
    except ValueError:
        msg = f"The value '{text}' is not valid for {name}."
        raise InvalidQuery(msg) from None


@dataclass(frozen=True)
class SortKey:
    """One field of `order`."""

    field: str
    descending: bool


@lru_cache(maxsize=256)
def parse_order(text: str, default_direction: str) -> tuple[SortKey, ...]:
    """The keys of `order`, the most significant first; blank text has none.

    Raises:
        InvalidQuery: a part is not `field`, `field ASC` or `field DESC`.
    """
    parts = [part.split() for part in text.split(",")] if text.strip() else []
    return tuple(_sort_key(part, default_direction) for part in parts)


def _sort_key(words: list[str], default_direction: str) -> SortKey:
    direction = words[1].upper() if len(words) == 2 else default_direction
    if len(words) not in (1, 2) or direction not in ("ASC", "DESC"):
        msg = f"The order argument is not valid: '{' '.join(words)}'."
        raise InvalidQuery(msg)
    return SortKey(words[0], direction == "DESC")


Selection = dict[str, "Selection | None"]
"""Names in lower case; None takes the whole value, a selection only parts of what is in it."""


@lru_cache(maxsize=256)
def parse_fields(text: str) -> Selection | None:
    """What `fields` asks for, as in `id, lineItems(code, qty)`; None where it is blank: everything.

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
    """Only what was asked for, in the record's own order and spelling; unknown names change nothing."""
    if selection is None:
        return value
    if isinstance(value, list):
        return [project(item, selection) for item in value]
    if isinstance(value, dict):
        return _project_record(value, selection)
    return value


def _project_record(record: Record, selection: Selection) -> Record:
    return {
        name: project(value, selection[lower])
        for name, value in record.items()
        if (lower := name.lower()) in selection
    }
