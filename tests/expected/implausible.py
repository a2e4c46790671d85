"""This module finds the lines with a number of units that nobody has, such as a barcode that was scanned in.

Such a line counts for nothing, whatever else it says, and stands in `excluded_lines` without figures.
"""

from dataclasses import dataclass, fields, replace
from decimal import Decimal

from cin7_pipeline.sandbox.ledger import Line
from tests.expected.known_documents import KnownDocument
from tests.expected.values import ZERO

# A billion units, in one line or size.
TOO_MANY = Decimal(10**9)


@dataclass(frozen=True)
class ImplausibleLine(Line):
    """A line whose units cannot be; all its figures are 0."""


def judged(known: KnownDocument) -> KnownDocument:
    """Return the document, its implausible lines as such."""
    document = known.document
    if not any(map(_is_implausible, document.lines)):
        return known
    lines = tuple(_emptied(line) if _is_implausible(line) else line for line in document.lines)
    return replace(known, document=replace(document, lines=lines))


def _is_implausible(line: Line) -> bool:
    sizes = sum((abs(size.quantity) for size in line.sizes), ZERO)
    return max(abs(line.quantity), abs(line.done), sizes) >= TOO_MANY


def _emptied(line: Line) -> ImplausibleLine:
    values = {field.name: getattr(line, field.name) for field in fields(line)}
    values |= dict.fromkeys(("quantity", "done", "unit_price", "discount"), ZERO)
    values["sizes"] = tuple(replace(size, quantity=ZERO) for size in line.sizes)
    return ImplausibleLine(**values)
