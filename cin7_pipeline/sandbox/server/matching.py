"""Which records satisfy a condition: a tree of `query` compiled into one fast predicate.

A field's kind is taken from the records themselves. Text compares without regard to case, and a
null satisfies nothing but IS NULL, as in the SQL database behind Cin7 (reference §3).
"""

import operator
import re
from collections.abc import Callable, Sequence
from datetime import datetime
from enum import StrEnum
from typing import Any

from cin7_pipeline.sandbox.server.query import (
    Combination,
    Comparison,
    Condition,
    InvalidQuery,
    Literal,
    LiteralKind,
)

Record = dict[str, Any]
Predicate = Callable[[Record], bool]

_ORDERINGS: dict[str, Callable[[Any, Any], bool]] = {
    "=": operator.eq,
    "<>": operator.ne,
    ">": operator.gt,
    ">=": operator.ge,
    "<": operator.lt,
    "<=": operator.le,
}
_TIMESTAMP = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?Z?")
_SECONDS = len("yyyy-MM-ddTHH:mm:ss")


class FieldKind(StrEnum):
    """What a field compares as; UNSET is null in every record."""

    NUMBER = "number"
    TEXT = "text"
    DATE = "date"
    FLAG = "flag"
    LIST = "list"
    NESTED = "nested"
    UNSET = "unset"


class Fields:
    """The parent-level fields of some records, found by name in any case."""

    def __init__(self, records: Sequence[Record]) -> None:
        self._records = records
        self._names = {name.lower(): name for name in records[0]} if records else {}
        self._kinds: dict[str, FieldKind] = {}

    def name(self, written: str) -> str:
        """The field's camelCase name; without any record every name is taken as it is.

        Raises:
            InvalidQuery: no record has such a field.
        """
        if written.lower() not in self._names:
            self._names |= {name.lower(): name for record in self._records for name in record}
        if written.lower() not in self._names and self._records:
            msg = f"The field '{written}' does not exist."
            raise InvalidQuery(msg)
        return self._names.get(written.lower(), written)

    def kind(self, name: str) -> FieldKind:
        """The kind of its first value that is not null and not an empty list."""
        if name not in self._kinds:
            values = (record.get(name) for record in self._records)
            first = next((value for value in values if value not in (None, [])), None)
            self._kinds[name] = _kind(name, first)
        return self._kinds[name]


def compile_condition(condition: Condition, fields: Fields) -> Predicate:
    """A function that says whether a record satisfies the condition.

    Raises:
        InvalidQuery: a field is unknown or nested, or a value cannot be compared with its field.
    """
    if isinstance(condition, Combination):
        parts = [compile_condition(part, fields) for part in condition.parts]
        return _all_of(parts) if condition.connective == "AND" else _any_of(parts)
    name = fields.name(condition.field)
    kind = fields.kind(name)
    if kind is FieldKind.NESTED:
        msg = f"The field '{name}' cannot be used in the where argument."
        raise InvalidQuery(msg)
    return _compile_comparison(condition, name, kind)


def comparable(kind: FieldKind) -> Callable[[Any], Any]:
    """What makes a record's value of this kind comparable; never given a null."""
    if kind is FieldKind.DATE:
        return lambda value: str(value)[:_SECONDS]
    if kind is FieldKind.LIST:
        return lambda value: ",".join(str(item) for item in value).casefold()
    if kind in (FieldKind.TEXT, FieldKind.NESTED):
        return lambda value: str(value).casefold()
    return lambda value: value


def _kind(name: str, value: Any) -> FieldKind:
    if isinstance(value, bool):
        return FieldKind.FLAG
    if isinstance(value, int | float):
        return FieldKind.NUMBER
    if isinstance(value, dict):
        return FieldKind.NESTED
    if isinstance(value, list):
        return FieldKind.NESTED if isinstance(value[0], dict | list) else FieldKind.LIST
    if name.endswith("Date") or (isinstance(value, str) and _TIMESTAMP.fullmatch(value)):
        return FieldKind.DATE
    return FieldKind.UNSET if value is None else FieldKind.TEXT


def _all_of(parts: list[Predicate]) -> Predicate:
    def holds(record: Record) -> bool:
        for part in parts:  # noqa: SIM110 - a generator would double the time per record
            if not part(record):
                return False
        return True

    return holds


def _any_of(parts: list[Predicate]) -> Predicate:
    def holds(record: Record) -> bool:
        for part in parts:  # noqa: SIM110 - as above
            if part(record):
                return True
        return False

    return holds


def _compile_comparison(comparison: Comparison, name: str, kind: FieldKind) -> Predicate:
    if comparison.operator == "IS NULL":
        return lambda record: record.get(name) is None
    if comparison.operator == "IS NOT NULL":
        return lambda record: record.get(name) is not None
    if comparison.operator.endswith("LIKE"):
        return _like(comparison, name, kind)
    values = [_value(literal, name, kind) for literal in comparison.values]
    if comparison.operator == "IN":
        return _test(name, comparable(kind), frozenset(values).__contains__)
    return _ordering(comparison.operator, values[0], name, kind)


def _ordering(written: str, wanted: Any, name: str, kind: FieldKind) -> Predicate:
    """`modifiedDate > X` finds rows of the second X too: Cin7 shows the date cut to the second."""
    if name == "modifiedDate" and written in (">", ">="):
        written, wanted = ">=", wanted[:_SECONDS]
    compare = _ORDERINGS[written]
    return _test(name, comparable(kind), lambda value: compare(value, wanted))


def _like(comparison: Comparison, name: str, kind: FieldKind) -> Predicate:
    pieces = comparison.values[0].text.casefold().split("%")
    pattern = re.compile(".*".join(re.escape(piece) for piece in pieces), re.DOTALL)
    is_wanted = comparison.operator == "LIKE"
    as_text = comparable(kind if kind is FieldKind.LIST else FieldKind.TEXT)
    return _test(name, as_text, lambda text: bool(pattern.fullmatch(text)) is is_wanted)


def _test(name: str, prepare: Callable[[Any], Any], passes: Callable[[Any], bool]) -> Predicate:
    def holds(record: Record) -> bool:
        value = record.get(name)
        return value is not None and passes(prepare(value))

    return holds


def _value(literal: Literal, name: str, kind: FieldKind) -> Any:
    if kind is FieldKind.DATE:
        return _date(literal.text)
    if literal.kind is LiteralKind.DATE:
        _date(literal.text)
    if kind is FieldKind.FLAG:
        return _flag(literal.text, name)
    if kind is FieldKind.NUMBER:
        return _number(literal.text, name)
    return literal.text.casefold()


def _date(text: str) -> str:
    try:
        if not _TIMESTAMP.fullmatch(text):
            raise ValueError(text)
        return datetime.fromisoformat(text).replace(tzinfo=None).isoformat()
    except ValueError:
        msg = f"The where argument is not valid: '{text}' is not a valid date/time."
        raise InvalidQuery(msg) from None


def _flag(text: str, name: str) -> bool:
    if text.lower() not in ("0", "1", "true", "false"):
        msg = f"The where argument is not valid: '{text}' is not a true/false value for '{name}'."
        raise InvalidQuery(msg)
    return text.lower() in ("1", "true")


def _number(text: str, name: str) -> int | float:
    try:
        return float(text) if "." in text else int(text)
    except ValueError:
        msg = f"The where argument is not valid: '{text}' is not a number for '{name}'."
        raise InvalidQuery(msg) from None
