"""What is right, by the type of the column: the value that it holds of any JSON, or that it is refused.

It shares no code with the decoder, which `test_records_properties.py` compares with it. Refusing more is not
wrong where the value is none that Cin7 sends (see `is_of_cin7`); loading another value always is.
"""

import hashlib
import json
import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import ROUND_HALF_EVEN, Context, Decimal
from typing import Any, NamedTuple

from cin7_pipeline.omni.endpoint import Column, ColumnType
from tests.unit.load.json_values import as_json, is_infinite

SALT = b"salt"
MAPPED = ("orders_1000", "members_7")
REFUSED = object()


def whole(value: Any) -> Any:
    """The value with U+FFFD for each half of a surrogate pair."""
    if isinstance(value, str):
        return value.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    if isinstance(value, dict):
        return {whole(name): whole(part) for name, part in value.items()}
    return [whole(part) for part in value] if isinstance(value, list) else value


def is_blank(value: Any) -> bool:
    return isinstance(value, str) and not value.strip(" ")


def right_id(value: Any) -> Any:
    if is_blank(value):
        return None
    if isinstance(value, str) and re.fullmatch("-?[0-9]+", value):
        value = int(value[:30])
    if isinstance(value, Decimal) and value == value.to_integral_value():
        value = int(value) if abs(value) < 10**30 else 10**30
    is_id = isinstance(value, int) and not isinstance(value, bool)
    return value if value is None or (is_id and -(2**63) <= value < 2**63) else REFUSED


def right_text(value: Any) -> Any:
    if isinstance(value, bool | int | Decimal):
        return as_json(value)  # as it was written
    return whole(value) if value is None or isinstance(value, str) else REFUSED


def right_key_text(value: Any) -> Any:
    return "" if value is None else right_text(value)


MOMENT = re.compile(
    r"(\d{4}-\d\d-\d\d)[Tt ](\d\d:\d\d:\d\d)(?:\.(\d+))?(?:([Zz])|([+-]\d\d:?\d\d))?", re.ASCII
)


def right_moment(value: Any) -> Any:
    if value is None or is_blank(value):
        return None
    found = MOMENT.fullmatch(value) if isinstance(value, str) else None
    if found is None:
        return REFUSED
    day, clock, fraction, _, offset = found.groups()
    try:
        moment = datetime.fromisoformat(
            f"{day}T{clock}.{(fraction or '0')[:6]:0<6}{offset or '+00:00'}"
        )
        return None if moment.year <= 1 else moment.astimezone(UTC)
    except (ValueError, OverflowError):
        return REFUSED


def right_decimal(places: int) -> Callable[[Any], Any]:
    def right(value: Any) -> Any:
        if value is None or is_blank(value):
            return None
        if isinstance(value, str) and re.fullmatch(r"[-+]?[0-9]+(\.[0-9]+)?", value):
            value = Decimal(value)  # .NET writes numbers as text where it is told to
        if isinstance(value, bool) or not isinstance(value, int | Decimal):
            return REFUSED
        if abs(value) >= 10**30:
            return REFUSED
        exact = Context(prec=10_000, rounding=ROUND_HALF_EVEN)
        rounded = exact.quantize(Decimal(value), Decimal(1).scaleb(-places))
        return rounded if abs(rounded) < 10 ** (18 - places) else REFUSED

    return right


def right_flag(value: Any) -> Any:
    if is_blank(value):
        return None
    meant = {"1": True, "0": False, '"true"': True, '"false"': False}
    return (
        value
        if value is None or isinstance(value, bool)
        else meant.get(as_json(value).lower(), REFUSED)
    )


def as_double(value: Any) -> Any:
    """The value with its broken numbers as JSON's users read them: as doubles."""
    if isinstance(value, list):
        return [as_double(part) for part in value]
    if isinstance(value, dict):
        return {name: as_double(part) for name, part in value.items()}
    return float(value) if isinstance(value, Decimal) else value


class Json(NamedTuple):
    """A value that is stored as the text of JSON."""

    value: Any


def right_json(value: Any) -> Any:
    if value is None:
        return None
    return REFUSED if is_infinite(value) else Json(as_double(whole(value)))


def right_parts(value: Any) -> Any:
    if value is None:
        return None
    is_list = isinstance(value, list) and all(isinstance(each, dict | None) for each in value)
    return right_json([each for each in value if each is not None]) if is_list else REFUSED


def right_for(column: Column, value: Any) -> Any:
    """What the column holds of the value, or that it is refused."""
    right = RIGHT[column.type](value)
    if column.type is not ColumnType.JSON_LIST or not isinstance(right, Json):
        return right
    return Json(
        [
            {
                k: v
                for k, v in each.items()
                if k in column.subfields and not isinstance(v, list | dict)
            }
            for each in right.value
        ]
    )


def right_custom_fields(value: Any) -> Any:
    if is_infinite(value):
        return REFUSED
    value = whole(value)
    pairs = list(value.items()) if isinstance(value, dict) else []
    if isinstance(value, list):
        entries = [e for e in value if isinstance(e, dict)]
        pairs = [(e.get("code") or e.get("name"), e.get("value")) for e in entries]
    by_code = {code.casefold(): content for code, content in pairs if isinstance(code, str)}
    kept = {code: by_code[code] for code in MAPPED if by_code.get(code) is not None}
    return Json(as_double(kept)) if kept else None


def right_hash(value: Any) -> Any:
    if right_text(value) is REFUSED:
        return REFUSED
    address = (right_text(value) or "").strip().casefold()
    digest = hashlib.blake2b(address.encode(), key=SALT, digest_size=8).hexdigest()
    return digest if address else None


def right_state(value: Any) -> Any:
    if right_text(value) is REFUSED:
        return REFUSED
    address = (right_text(value) or "").strip()
    name, at, domain = address.partition("@")
    is_valid = bool(name and at and "." in domain) and "@" not in domain
    is_valid = is_valid and not any(letter.isspace() for letter in address)
    return "missing" if not address else "valid" if is_valid else "invalid"


RIGHT: dict[ColumnType, Callable[[Any], Any]] = {
    ColumnType.ID: right_id,
    ColumnType.TEXT: right_text,
    ColumnType.TEXT_NOT_NULL: right_key_text,
    ColumnType.TIMESTAMP: right_moment,
    ColumnType.DECIMAL: right_decimal(4),
    ColumnType.DECIMAL_8: right_decimal(8),
    ColumnType.BOOLEAN: right_flag,
    ColumnType.JSON: right_json,
    ColumnType.JSON_LIST: right_parts,
    ColumnType.EMAIL_HASH: right_hash,
    ColumnType.EMAIL_VALIDITY: right_state,
    ColumnType.CUSTOM_FIELDS: right_custom_fields,
}


def is_of_cin7(column: Column, value: Any) -> bool:
    """True for what Cin7's reference promises in such a field, which must never be refused."""
    kind = column.type
    if value is None or is_infinite(value):
        return value is None
    if kind is ColumnType.TIMESTAMP:
        return (
            isinstance(value, str)
            and re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,6})?Z?", value, re.ASCII)
            is not None
        )
    if kind in (ColumnType.DECIMAL, ColumnType.DECIMAL_8):
        is_number = isinstance(value, int | Decimal) and not isinstance(value, bool)
        return is_number and is_printed_double(Decimal(value))
    if kind is ColumnType.ID:
        return isinstance(value, int)
    if kind is ColumnType.CUSTOM_FIELDS:
        return isinstance(value, dict | list)
    return True


def is_printed_double(number: Decimal) -> bool:
    """True for what sums of doubles leave: at most 17 digits, and not smaller than their noise."""
    _, digits, exponent = number.as_tuple()
    return len(digits) <= 17 and isinstance(exponent, int) and exponent >= -38


def equal(expected: Any, found: Any) -> bool:
    """True for the same value of the same type; a moment may be rounded to the next microsecond."""
    if isinstance(expected, Json):
        return isinstance(found, str) and json.loads(found) == expected.value
    if isinstance(expected, datetime):
        return isinstance(found, datetime) and abs(found - expected) <= timedelta(microseconds=1)
    return type(expected) is type(found) and bool(expected == found)
