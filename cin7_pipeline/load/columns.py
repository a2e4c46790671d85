"""What a column keeps of the values that were parsed: rounded numbers, moments in UTC, hashed addresses.

Not here: how the text of a record is read (`parse.py`), which columns there are (`api/endpoints.py`).
"""

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import msgspec
import pyarrow as pa
import pyarrow.compute as pc

from cin7_pipeline.omni.endpoint import Column, ColumnType

ARROW_TYPES: dict[ColumnType, pa.DataType] = {
    ColumnType.ID: pa.int64(),
    ColumnType.TEXT: pa.string(),
    ColumnType.TEXT_NOT_NULL: pa.string(),
    ColumnType.TIMESTAMP: pa.timestamp("us", tz="UTC"),
    ColumnType.DECIMAL: pa.decimal128(18, 4),
    ColumnType.DECIMAL_8: pa.decimal128(18, 8),
    ColumnType.BOOLEAN: pa.bool_(),
    ColumnType.JSON: pa.string(),
    ColumnType.JSON_LIST: pa.string(),
    ColumnType.EMAIL_HASH: pa.string(),
    ColumnType.EMAIL_VALIDITY: pa.string(),
    ColumnType.CUSTOM_FIELDS: pa.string(),
}
MOMENT = ARROW_TYPES[ColumnType.TIMESTAMP]
# .NET's smallest date stands for "not set"; beyond the year 9999 Python has no moment.
FIRST_MOMENT = pa.scalar(datetime(2, 1, 1, tzinfo=UTC), MOMENT)
LAST_MOMENT = pa.scalar(datetime.max.replace(tzinfo=UTC), MOMENT).value
CANONICAL_JSON = msgspec.json.Encoder(order="sorted")
EMAIL_ADDRESS = re.compile(r"[^@\s]+@[^@\s]*\.[^@\s]*")


class InvalidValue(Exception):
    """A value that its column cannot hold; `place` is where it stands among the values."""

    def __init__(self, place: int, reason: str) -> None:
        super().__init__(reason)
        self.place = place


@dataclass(frozen=True)
class Columns:
    """Makes the columns of one endpoint.

    `salt` goes into the hashes of e-mail addresses, so that nobody can look one up; of the custom
    fields only those named in `custom_fields` are kept.
    """

    salt: bytes = field(repr=False)
    custom_fields: tuple[str, ...] = ()

    def array(self, column: Column, values: pa.Array) -> pa.Array:
        """The parsed values as the column's Arrow type.

        Raises:
            InvalidValue: the first value that the column cannot hold, and why.
        """
        try:
            return self._array(column.type, values)
        except (ValueError, OverflowError) as error:
            reason = str(error)
        raise self._unfit(column, values, reason)

    def free(self, column: Column, values: Sequence[Any]) -> pa.Array:
        """Values without a fixed shape as JSON: whole, or only the declared parts or mapped fields."""
        if column.type is ColumnType.CUSTOM_FIELDS:
            return json_texts([custom_fields(value, self.custom_fields) for value in values])
        if column.type is ColumnType.JSON_LIST:
            return json_texts([declared_parts(value, column.subfields) for value in values])
        return json_texts(values)

    def _array(self, kind: ColumnType, values: pa.Array) -> pa.Array:
        match kind:
            case ColumnType.DECIMAL | ColumnType.DECIMAL_8:
                return decimals(values, ARROW_TYPES[kind])
            case ColumnType.TIMESTAMP:
                return moments(values)
            case ColumnType.TEXT_NOT_NULL:
                return values.fill_null("")
            case ColumnType.EMAIL_HASH:
                return _texts(email_hash(address, self.salt) for address in values.to_pylist())
            case ColumnType.EMAIL_VALIDITY:
                return _texts(map(email_state, values.to_pylist()))
            case _:
                return values

    def _unfit(self, column: Column, values: pa.Array, reason: str) -> InvalidValue:
        """The value at fault: each is tried on its own."""
        for place in range(len(values)):
            try:
                self._array(column.type, values.slice(place, 1))
            except (ValueError, OverflowError) as error:
                return InvalidValue(place, f"{column.field}: {error}")
        return InvalidValue(0, f"{column.field}: {reason}")


def decimals(values: pa.Array, kind: pa.Decimal128Type) -> pa.Array:
    """Exact decimals; those with more places than the column has are rounded to the nearest, half to even.

    Raises:
        ValueError: a value is more than the column can hold.
    """
    return pc.round(values, kind.scale, "half_to_even").cast(kind)


def moments(values: pa.Array) -> pa.Array:
    """Moments in UTC, those without a zone taken as UTC; the year 1 means that none is set.

    Raises:
        ValueError: a text is no moment, or one behind the year 9999.
    """
    try:
        array = values.cast(MOMENT)
    except pa.ArrowInvalid:  # without a zone, or finer than a microsecond
        array = pa.array(map(_moment, values.to_pylist()), MOMENT)
    bounds = pc.min_max(array)
    if not bounds["min"].is_valid:
        return array
    if bounds["max"].value > LAST_MOMENT:
        msg = "a moment behind the year 9999"
        raise ValueError(msg)
    if bounds["min"].value >= FIRST_MOMENT.value:
        return array
    return pc.if_else(pc.less(array, FIRST_MOMENT), None, array)


def _moment(text: str | None) -> datetime | None:
    return None if text is None else msgspec.convert(text, datetime)


def _texts(values: Any) -> pa.Array:
    return pa.array(values, pa.string())


def json_texts(values: Sequence[Any]) -> pa.Array:
    """Canonical JSON, so that the same content is always the same text; null where there is none."""
    lines = CANONICAL_JSON.encode_lines(values).split(b"\n")[: len(values)]
    return pa.array([None if line == b"null" else line for line in lines], pa.binary()).cast(
        pa.string()
    )


def declared_parts(
    value: list[dict[str, Any]] | None, parts: Sequence[str]
) -> list[dict[str, Any]] | None:
    """The parts of each object of a list, without any other and without deeper ones."""
    if not value:
        return value
    return [
        {
            name: each[name]
            for name in parts
            if name in each and not isinstance(each[name], list | dict)
        }
        for each in value
    ]


def email_hash(value: str | None, salt: bytes) -> str | None:
    """Sixteen hex digits that are equal for equal addresses, whatever their case; None if unset."""
    address = (value or "").strip().casefold()
    if not address:
        return None
    return hashlib.blake2b(address.encode(), key=salt, digest_size=8).hexdigest()


def email_state(value: str | None) -> str:
    """`missing`, `invalid` or `valid`: one @ with something before it, a dot in the domain, no space."""
    address = (value or "").strip()
    if not address:
        return "missing"
    return "valid" if EMAIL_ADDRESS.fullmatch(address) else "invalid"


def custom_fields(value: Any, keys: Sequence[str]) -> dict[str, Any] | None:
    """The mapped custom fields that are set; None where there are none.

    Cin7 sends an object by the field's code, its specification promises a list of code (or name) and
    value: both are read, anything else counts as unset (`cin7-omni-api.md` §4).
    """
    if not keys or not value:
        return None
    by_code = {code.casefold(): content for code, content in _coded(value)}
    found = {key: by_code.get(key.casefold()) for key in keys}
    return {key: content for key, content in found.items() if content is not None} or None


def _coded(value: Any) -> list[tuple[str, Any]]:
    if isinstance(value, dict):
        return list(value.items())
    entries = [e for e in value if isinstance(e, dict)] if isinstance(value, list) else []
    coded = [(entry.get("code") or entry.get("name"), entry.get("value")) for entry in entries]
    return [(code, content) for code, content in coded if isinstance(code, str)]
