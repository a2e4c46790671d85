"""How an answer spells moments, quantities, names and findings."""

from collections.abc import Iterable, Iterator
from datetime import date, datetime
from decimal import Decimal

from rich.console import RenderableType
from rich.padding import Padding
from rich.text import Text

from cin7_pipeline.explain.findings import Issue


def words(name: str) -> str:
    """A column's or kind's name as words."""
    return name.replace("_", " ")


def moment(value: date | datetime | None) -> str:
    """A day, or a moment to the minute; never where there was none."""
    if value is None:
        return "never"
    return f"{value:%Y-%m-%d %H:%M}" if isinstance(value, datetime) else value.isoformat()


def number(value: Decimal | None) -> int | float | None:
    """A quantity without the decimals it does not need."""
    if value is None:
        return None
    return int(value) if value == int(value) else float(value)


def findings(title: str, issues: Iterable[Issue]) -> Iterator[RenderableType]:
    """Each finding with what to do about it, under a title; nothing where there is none."""
    found = list(issues)
    if found:
        yield Text(f"{title}:", style="bold")
    for issue in found:
        where = f" (line {issue.line_id})" if issue.line_id else ""
        told = f"{issue.severity} {issue.issue}{where}: {issue.detail}. {issue.suggestion}"
        yield Padding(Text(told), (0, 0, 0, 2))
