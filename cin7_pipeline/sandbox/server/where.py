"""This module compiles Cin7's `where` text into a predicate over records.

AND binds tighter than OR, text compares in any case, and a null satisfies nothing but IS NULL. The
grammar is in `cin7_pipeline/omni/README.md`. It is written by hand because SQL parsers accept half of
what Cin7 refuses (`==`, `NOT IN`, `field = field`) and refuse its unquoted timestamps.
"""

import operator
import re
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal, NamedTuple

Record = dict[str, Any]
Predicate = Callable[[Record], bool]

_COMPARE: dict[str, Callable[[Any, Any], bool]] = {
    "=": operator.eq,
    "<>": operator.ne,
    ">": operator.gt,
    ">=": operator.ge,
    "<": operator.lt,
    "<=": operator.le,
}
_TIMESTAMP = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?Z?")
_SECONDS = len("yyyy-MM-ddTHH:mm:ss")
# An unquoted date has to be tried before a number, or 2026-06-01 would read as three numbers.
_TOKEN = re.compile(
    r"""\s*(?:
        (?P<string>'(?:[^']|'')*')
      | (?P<date>\d{4}-\d\d-\d\d[\dT:.Z]*)
      | (?P<number>[+-]?\d+(?:\.\d+)?)
      | (?P<word>[A-Za-z_]\w*)
      | (?P<operator><>|<=|>=|=|<|>)
      | (?P<bracket>[(),])
    )""",
    re.VERBOSE,
)


class InvalidQuery(ValueError):
    """A parameter that Cin7 answers with 400; the message is the body."""


# What a field compares as; unset is null in every record.
FieldKind = Literal["number", "text", "date", "flag", "list", "nested", "unset"]


class Fields:
    """The parent-level fields of some records, found by name in any case."""

    def __init__(self, records: Sequence[Record]) -> None:
        self._records = records
        self._names = {name.lower(): name for name in records[0]} if records else {}
        self._kinds: dict[str, FieldKind] = {}

    def name(self, written: str) -> str:
        """Return the field's camelCase name; without any record every name is taken as it is.

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
        """Return the kind of its first value that is not null and not an empty list."""
        if name not in self._kinds:
            values = (record.get(name) for record in self._records)
            first = next((value for value in values if value not in (None, [])), None)
            self._kinds[name] = _kind(name, first)
        return self._kinds[name]


def _kind(name: str, value: Any) -> FieldKind:
    match value:
        case bool():
            return "flag"
        case int() | float():
            return "number"
        case dict() | [dict() | list(), *_]:
            return "nested"
        case list():
            return "list"
    if name.endswith("Date") or (isinstance(value, str) and _TIMESTAMP.fullmatch(value)):
        return "date"
    return "unset" if value is None else "text"


def comparable(kind: FieldKind) -> Callable[[Any], Any]:
    """Return what makes a record's value of this kind comparable; it is never given a null."""
    match kind:
        case "date":
            return lambda value: str(value)[:_SECONDS]
        case "list":
            return lambda value: ",".join(str(item) for item in value).casefold()
        case "text" | "nested":
            return lambda value: str(value).casefold()
        case _:
            return lambda value: value


@dataclass
class Where:
    """A compiled condition: which records satisfy it, and the fields it names, in lower case.

    `predicate` is None where every record satisfies it.
    """

    predicate: Predicate | None = None
    names: set[str] = field(default_factory=set)


def compile_where(text: str, fields: Fields, ignored: Collection[str] = ()) -> Where:
    """Compile a condition; comparisons of `ignored` fields (in lower case) count as not written.

    Raises:
        InvalidQuery: the text is not of the grammar, a field is unknown or nested, or a value cannot
            be compared with its field.
    """
    if not text.strip():
        return Where()
    compiler = _Compiler(_tokens(text), fields, ignored)
    try:
        predicate = compiler.chain()
        compiler.take("end")
        return Where(predicate, compiler.names)
    except RecursionError:
        msg = "The where argument is not valid: too many nested parentheses."
        raise InvalidQuery(msg) from None


def _both(one: Predicate, other: Predicate) -> Predicate:
    return lambda record: one(record) and other(record)


def _either(one: Predicate, other: Predicate) -> Predicate:
    return lambda record: one(record) or other(record)


class _Token(NamedTuple):
    kind: str
    text: str


def _tokens(text: str) -> list[_Token]:
    found, position, end = [], 0, len(text.rstrip())
    while position < end:
        match = _TOKEN.match(text, position)
        if match is None or match.lastgroup is None:
            raise _unexpected(text[position:].strip()[:20])
        found.append(_Token(match.lastgroup, match[match.lastgroup]))
        position = match.end()
    return [*found, _Token("end", "end of text")]


def _unexpected(text: str) -> InvalidQuery:
    return InvalidQuery(f"The where argument is not valid: syntax error near '{text}'.")


class _Compiler:
    """A recursive descent over the tokens; each step returns None where all of it is ignored."""

    def __init__(self, tokens: list[_Token], fields: Fields, ignored: Collection[str]) -> None:
        self._tokens, self._next = tokens, 0
        self._fields, self._ignored = fields, ignored
        self.names: set[str] = set()

    def chain(self, connective: str = "OR") -> Predicate | None:
        """Read parts joined by OR, each of parts joined by AND, each a comparison or in parentheses."""
        operand, join = (
            (self._single, _both) if connective == "AND" else (self._conjunction, _either)
        )
        joined = operand()
        while self._accept(connective):
            part = operand()
            joined = join(joined, part) if joined and part else joined or part
        return joined

    def _conjunction(self) -> Predicate | None:
        return self.chain("AND")

    def _single(self) -> Predicate | None:
        if self._accept("("):
            predicate = self.chain()
            self._expect(")")
            return predicate
        written = self.take("word").text
        symbol, values = self._operator_and_values()
        self.names.add(written.lower())
        if written.lower() in self._ignored:
            return None
        return _comparison(self._fields.name(written), symbol, values, self._fields)

    def _operator_and_values(self) -> tuple[str, list[_Token]]:
        if self._accept("IS"):
            symbol = "IS NOT NULL" if self._accept("NOT") else "IS NULL"
            self._expect("NULL")
            return symbol, []
        if self._accept("IN"):
            return "IN", self._list()
        if self._accept("NOT"):
            self._expect("LIKE")
            return "NOT LIKE", [self._literal()]
        symbol = "LIKE" if self._accept("LIKE") else self.take("operator").text
        return symbol, [self._literal()]

    def _list(self) -> list[_Token]:
        self._expect("(")
        values = [self._literal()]
        while self._accept(","):
            values.append(self._literal())
        self._expect(")")
        return values

    def _literal(self) -> _Token:
        token = self.take("string", "date", "number", "word")
        if token.kind == "string":
            return _Token("string", token.text[1:-1].replace("''", "'"))
        if token.kind == "word" and token.text.lower() not in ("true", "false"):
            raise _unexpected(token.text)
        return token

    def take(self, *kinds: str) -> _Token:
        token = self._tokens[self._next]
        if token.kind not in kinds:
            raise _unexpected(token.text)
        self._next += 1
        return token

    def _accept(self, text: str) -> bool:
        """Step over the next token if it reads `text`; a string never does, for its quotes."""
        found = self._tokens[self._next].text.upper() == text
        self._next += found
        return found

    def _expect(self, text: str) -> None:
        if not self._accept(text):
            raise _unexpected(self._tokens[self._next].text)


def _comparison(name: str, symbol: str, literals: list[_Token], fields: Fields) -> Predicate:
    kind = fields.kind(name)
    if kind == "nested":
        msg = f"The field '{name}' cannot be used in the where argument."
        raise InvalidQuery(msg)
    if symbol == "IS NULL":
        return lambda record: record.get(name) is None
    if symbol == "IS NOT NULL":
        return lambda record: record.get(name) is not None
    if symbol.endswith("LIKE"):
        return _like(name, kind, literals[0].text, is_wanted=symbol == "LIKE")
    values = [_value(literal, name, kind) for literal in literals]
    if symbol == "IN":
        return _test(name, comparable(kind), frozenset(values).__contains__)
    wanted = values[0]
    if name == "modifiedDate" and symbol in (">", ">="):
        # Cin7 shows modifiedDate cut to the second: `>` finds rows of the second itself, too.
        symbol, wanted = ">=", wanted[:_SECONDS]
    compare = _COMPARE[symbol]
    return _test(name, comparable(kind), lambda value: compare(value, wanted))


def _like(name: str, kind: FieldKind, text: str, *, is_wanted: bool) -> Predicate:
    pieces = text.casefold().split("%")
    pattern = re.compile(".*".join(re.escape(piece) for piece in pieces), re.DOTALL)
    as_text = comparable(kind if kind == "list" else "text")
    return _test(name, as_text, lambda value: bool(pattern.fullmatch(value)) is is_wanted)


def _test(name: str, prepare: Callable[[Any], Any], passes: Callable[[Any], bool]) -> Predicate:
    def holds(record: Record) -> bool:
        value = record.get(name)
        return value is not None and passes(prepare(value))

    return holds


def _value(literal: _Token, name: str, kind: FieldKind) -> Any:
    text = literal.text
    try:
        if kind == "date" or literal.kind == "date":
            expected = "a valid date/time"
            timestamp = _timestamp(text)
            if kind == "date":
                return timestamp
        if kind == "flag":
            expected = f"a true/false value for '{name}'"
            return {"0": False, "false": False, "1": True, "true": True}[text.lower()]
        if kind == "number":
            expected = f"a number for '{name}'"
            return float(text) if "." in text else int(text)
    except (KeyError, ValueError):
        msg = f"The where argument is not valid: '{text}' is not {expected}."
        raise InvalidQuery(msg) from None
    return text.casefold()


def _timestamp(text: str) -> str:
    if not _TIMESTAMP.fullmatch(text):
        raise ValueError(text)
    return datetime.fromisoformat(text).replace(tzinfo=None).isoformat()
