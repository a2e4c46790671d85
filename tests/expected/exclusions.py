"""The table `excluded_lines`: what rules leave out of the document tables."""

from collections.abc import Iterable

from cin7_pipeline.sandbox.ledger import Document
from tests.expected.entries import Entry
from tests.expected.measures import Row


def excluded_lines(entries: Iterable[Entry[Document]]) -> list[Row]:
    """One row per entry and rule that applies to it; `why` is prose and not given here."""
    return [
        {
            "document_kind": entry.kind,
            **entry.identity("document_id"),
            "rule": rule,
            "quantity": entry.quantity,
            "value": entry.value,
            "order_number": entry.document.reference,
        }
        for entry in entries
        for rule in entry.rules
    ]
