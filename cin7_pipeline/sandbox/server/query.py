"""The `where` language of Cin7: text in, a tree of conditions out.

Only the grammar lives here (reference §3). Which records satisfy a condition is told in `matching`,
which parameters exist in `parameters`.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum


class InvalidQuery(ValueError):
    """A parameter that Cin7 answers with 400; the message is the body."""


class LiteralKind(StrEnum):
    """How a value was written; what it is compared as depends on the field."""

    STRING = "string"
    NUMBER = "number"
    FLAG = "flag"
    DATE = "date"


@dataclass(frozen=True)
class Literal:
    """A value as it stands in the text, without its quotes."""

    kind: LiteralKind
    text: str


@dataclass(frozen=True)
class Comparison:
    """One field against its values; `operator` is in upper case with single spaces."""

    field: str
    operator: str
    values: tuple[Literal, ...] = ()


@dataclass(frozen=True)
class Combination:
    """Two or more conditions joined by the same connective, `AND` or `OR`."""

    connective: str
    parts: tuple["Condition", ...]


Condition = Comparison | Combination


def parse_where(text: str) -> Condition | None:
    """The condition that `text` states, or None where it is blank.

    Raises:
        InvalidQuery: the text is not of the grammar.
    """
    if not text.strip():
        return None
    try:
        return _Parser(_tokens(text)).whole()
    except RecursionError:
        msg = "The where argument is not valid: too many nested parentheses."
        raise InvalidQuery(msg) from None


def remove_comparisons(
    condition: Condition, unwanted: Callable[[Comparison], bool]
) -> Condition | None:
    """The condition without the unwanted comparisons; None where nothing is left."""
    if isinstance(condition, Comparison):
        return None if unwanted(condition) else condition
    kept = [remove_comparisons(part, unwanted) for part in condition.parts]
    return _join(condition.connective, [part for part in kept if part is not None])


def comparisons(condition: Condition) -> list[Comparison]:
    """Every comparison of the tree, from left to right."""
    if isinstance(condition, Comparison):
        return [condition]
    return [leaf for part in condition.parts for leaf in comparisons(part)]


def _join(connective: str, parts: list[Condition]) -> Condition | None:
    if len(parts) < 2:
        return parts[0] if parts else None
    return Combination(connective, tuple(parts))


@dataclass(frozen=True)
class _Token:
    kind: str
    text: str


# An unquoted date has to be tried before a number, or 2026-06-01 would read as a subtraction.
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


def _tokens(text: str) -> list[_Token]:
    found, position, end = [], 0, len(text.rstrip())
    while position < end:
        match = _TOKEN.match(text, position)
        if match is None or match.lastgroup is None:
            raise _unexpected(text[position:].strip()[:20])
        found.append(_Token(match.lastgroup, match[match.lastgroup]))
        position = match.end()
    return found


def _unexpected(text: str) -> InvalidQuery:
    return InvalidQuery(f"The where argument is not valid: syntax error near '{text}'.")


class _Parser:
    """Recursive descent; AND binds tighter than OR."""

    def __init__(self, tokens: list[_Token]) -> None:
        self._tokens = tokens
        self._next = 0

    def whole(self) -> Condition:
        condition = self._either()
        if self._next < len(self._tokens):
            raise _unexpected(self._tokens[self._next].text)
        return condition

    def _either(self) -> Condition:
        return self._chain("OR", self._all)

    def _all(self) -> Condition:
        return self._chain("AND", self._single)

    def _chain(self, connective: str, operand: Callable[[], Condition]) -> Condition:
        parts = [operand()]
        while self._accept(connective):
            parts.append(operand())
        return parts[0] if len(parts) == 1 else Combination(connective, tuple(parts))

    def _single(self) -> Condition:
        if not self._accept("("):
            return self._comparison()
        condition = self._either()
        self._expect(")")
        return condition

    def _comparison(self) -> Comparison:
        field = self._take("word").text
        if self._accept("IS"):
            operator = "IS NOT NULL" if self._accept("NOT") else "IS NULL"
            self._expect("NULL")
            return Comparison(field, operator)
        if self._accept("IN"):
            return Comparison(field, "IN", self._list())
        if self._accept("NOT"):
            self._expect("LIKE")
            return Comparison(field, "NOT LIKE", (self._literal(),))
        operator = "LIKE" if self._accept("LIKE") else self._take("operator").text
        return Comparison(field, operator, (self._literal(),))

    def _list(self) -> tuple[Literal, ...]:
        self._expect("(")
        values = [self._literal()]
        while self._accept(","):
            values.append(self._literal())
        self._expect(")")
        return tuple(values)

    def _literal(self) -> Literal:
        token = self._take("string", "date", "number", "word")
        if token.kind == "string":
            return Literal(LiteralKind.STRING, token.text[1:-1].replace("''", "'"))
        if token.kind == "word":
            if token.text.lower() not in ("true", "false"):
                raise _unexpected(token.text)
            return Literal(LiteralKind.FLAG, token.text.lower())
        return Literal(LiteralKind(token.kind), token.text)

    def _peek(self) -> _Token:
        if self._next == len(self._tokens):
            raise _unexpected("end of text")
        return self._tokens[self._next]

    def _take(self, *kinds: str) -> _Token:
        token = self._peek()
        if token.kind not in kinds:
            raise _unexpected(token.text)
        self._next += 1
        return token

    def _accept(self, text: str) -> bool:
        """Steps over the next token if it reads `text`; a string never does, for its quotes."""
        if self._next == len(self._tokens):
            return False
        found = self._tokens[self._next].text.upper() == text
        self._next += found
        return found

    def _expect(self, text: str) -> None:
        if not self._accept(text):
            raise _unexpected(self._peek().text)
