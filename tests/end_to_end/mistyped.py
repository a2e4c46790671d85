"""A merchant whose people scan a barcode into the quantity of a line now and then, and never notice."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from typing import Any

from cin7_pipeline.sandbox.ledger import Document, Ledger
from cin7_pipeline.sandbox.simulation.merchant import Merchant

BARCODE = Decimal("9312345678")
# One in so many sales and purchase orders.
EVERY = 19


class MistypedMerchant(Merchant):
    """A merchant some of whose orders have a line with more units than there can be, from the first day."""

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self._mistyped: dict[int, tuple[Document, Document]] = {}

    def ledger(self, timestamp: datetime) -> Ledger:
        """Return all that the account holds at a time, mistyped orders among it."""
        ledger = super().ledger(timestamp)
        return replace(
            ledger,
            sales_orders=self._with_barcodes(ledger.sales_orders),
            purchase_orders=self._with_barcodes(ledger.purchase_orders),
        )

    def _with_barcodes(self, documents: Iterable[Any]) -> list[Any]:
        """Return the documents; each version of one is the same object whenever it is asked for."""
        return [
            self._mistyped.setdefault(id(each), (each, with_barcode(each)))[1]
            if each.id % EVERY == 0
            else each
            for each in documents
        ]


def with_barcode(document: Document) -> Document:
    """Return the document with a barcode as the quantity of its first line that is no kit's."""
    kits = {line.parent_id for line in document.lines}
    for place, line in enumerate(document.lines):
        if not line.parent_id and line.id not in kits:
            wrong = replace(line, quantity=BARCODE)
            return replace(
                document, lines=(*document.lines[:place], wrong, *document.lines[place + 1 :])
            )
    return document
