"""This module makes the table `excluded_lines`: what rules leave out of the document tables."""

from collections.abc import Iterable

from tests.expected.entries import Entry
from tests.expected.values import Row


def excluded_lines(entries: Iterable[Entry]) -> list[Row]:
    """Return one row per entry and rule that applies to it."""
    return [
        {
            "document_kind": entry.kind,
            "document_id": entry.document.id,
            "line_id": entry.line_id,
            "size": entry.part.size,
            "rule": rule,
            "quantity": None if is_implausible else entry.quantity,
            "value": None if is_implausible else entry.value,
            "order_number": entry.document.reference,
        }
        for entry in entries
        for is_implausible in ["quantity_implausible" in entry.rules]
        for rule in entry.rules
    ]
