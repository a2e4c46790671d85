"""This module writes values for people, and makes texts of others fit to be shown: none steers a terminal."""

import re
from datetime import datetime
from decimal import Decimal
from typing import Any

# Whatever moves a cursor, clears a screen or sets a title begins with one of these.
CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")


def printable(text: str) -> str:
    """Return the text with `�` for each control character but line breaks and tabs."""
    return CONTROL.sub("\N{REPLACEMENT CHARACTER}", text)


def written(value: Any) -> str:
    """Return a value as a person writes it: nothing, yes or no, a time to the minute, 1,234 or 1,234.5."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%d %H:%M}"
    if isinstance(value, int | float | Decimal):
        return f"{value:,.0f}" if float(value).is_integer() else f"{value:,.1f}"
    return str(value)


def exact(value: Any) -> str:
    """Return a decimal with all its digits, thousands set apart; any other value as it is, or nothing."""
    if not isinstance(value, Decimal):
        return "" if value is None else str(value)
    whole, _, parts = f"{value:,f}".partition(".")
    return f"{whole}.{parts}".rstrip("0").rstrip(".") if parts else whole
