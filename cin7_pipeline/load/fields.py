"""This module says what is kept of a single value: numbers rounded, times in UTC, addresses only as a hash.

It knows no rows (`rows.py`) or records (`records.py`).
"""

import hashlib
import re
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from decimal import ROUND_HALF_EVEN, Context, Decimal
from functools import partial
from typing import Any

import msgspec
from msgspec import Raw

from cin7_pipeline.omni.endpoint import ColumnType

DIGITS = 18
HALF_EVEN = Context(prec=DIGITS + 1, rounding=ROUND_HALF_EVEN)
# A number, or one in quotes: .NET writes it so where it is told to.
NUMBER = re.compile(rb'("?)([-+]?[0-9]+(?:\.[0-9]+)?(?:[eE][-+]?[0-9]+)?)\1')
EMAIL_ADDRESS = re.compile(r"[^@\s]+@[^@\s]*\.[^@\s]*")
# Keys in order, so that the same content is always the same text.
CANONICAL_JSON = msgspec.json.Encoder(order="sorted")


def derivations(
    salt: bytes, mapped: Sequence[str]
) -> dict[ColumnType, Callable[[Any], str | None]]:
    """Return what is kept of the fields of these types, always as a text."""
    return {
        ColumnType.JSON: json_text,
        ColumnType.EMAIL_HASH: partial(email_hash, salt=salt),
        ColumnType.EMAIL_VALIDITY: email_validity,
        ColumnType.CUSTOM_FIELDS: lambda value: json_text(mapped_custom_fields(value, mapped)),
    }


def rounded(value: Raw, scale: int) -> Raw:
    """Return the number exactly, or rounded half to even where it has more places than `scale`."""
    if bytes(value) == b"null":
        return value
    found = NUMBER.fullmatch(value)
    if found is None:
        msg = "no number"
        raise ValueError(msg)
    number, most = Decimal(found[2].decode()), 10 ** (DIGITS - scale)
    # The range first: of a number far above it, rounding would need all its digits.
    if abs(number) < most:
        number = number.quantize(Decimal(1).scaleb(-scale), context=HALF_EVEN)
    if abs(number) >= most:
        msg = f"a number of {most:,} or more"
        raise ValueError(msg)
    return Raw(f"{number:f}")


def in_utc(timestamp: datetime | None) -> datetime | None:
    """Return the timestamp in UTC, which it is in where it has no zone; None for .NET's year 1.

    Raises:
        OverflowError: in UTC it lies beyond the year 9999.
    """
    if timestamp is None or timestamp.year <= 1:
        return None
    if timestamp.tzinfo is UTC:
        return timestamp
    return timestamp.replace(tzinfo=UTC) if timestamp.tzinfo is None else timestamp.astimezone(UTC)


def json_text(value: Any) -> str | None:
    """Return a value as canonical JSON; None where there is none."""
    return None if value is None else CANONICAL_JSON.encode(value).decode()


def email_hash(value: str | None, salt: bytes) -> str | None:
    """Return 16 hex digits that are equal for equal addresses, whatever their case; None if unset."""
    address = (value or "").strip().casefold()
    if not address:
        return None
    return hashlib.blake2b(address.encode(), key=salt, digest_size=8).hexdigest()


def email_validity(value: str | None) -> str:
    """Return `missing`, `valid` (one @, something before it, a dot in the domain, no space) or `invalid`."""
    address = (value or "").strip()
    if not address:
        return "missing"
    return "valid" if EMAIL_ADDRESS.fullmatch(address) else "invalid"


def mapped_custom_fields(value: Any, mapped: Sequence[str]) -> dict[str, Any] | None:
    """Return the mapped custom fields that are set; None where there are none.

    Cin7 sends an object by the field's code, its specification promises a list of code (or name) and
    value: both are read, anything else counts as unset (`omni/README.md`).
    """
    if not mapped or not isinstance(value, dict | list):
        return None
    pairs = (
        list(value.items())
        if isinstance(value, dict)
        else [
            (entry.get("code") or entry.get("name"), entry.get("value"))
            for entry in value
            if isinstance(entry, dict)
        ]
    )
    by_code = {code.casefold(): content for code, content in pairs if isinstance(code, str)}
    found = {name: by_code.get(name.casefold()) for name in mapped}
    return {name: content for name, content in found.items() if content is not None} or None
