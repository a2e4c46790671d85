"""This module defines an entry: a part of a document's line with what it counts for, before any table."""

from dataclasses import dataclass
from decimal import Decimal

from cin7_pipeline.sandbox.ledger import Document
from tests.expected.items import LinePart, sku_of
from tests.expected.values import Row

# Who bought decides whether a sale is demand; the goods have left all the same.
NO_DEMAND = {"channel_excluded", "customer_group_excluded"}


@dataclass(frozen=True)
class Entry:
    """A part of a line with what it counts for; it is left out of its table by any of `rules`."""

    kind: str
    document: Document
    part: LinePart
    quantity: Decimal
    value: Decimal
    rules: tuple[str, ...]

    @property
    def is_included(self) -> bool:
        """True where no rule leaves the entry out."""
        return not self.rules

    @property
    def moved_stock(self) -> bool:
        """True where the goods left or came back, as demand or not."""
        return NO_DEMAND.issuperset(self.rules)

    @property
    def line_id(self) -> int:
        """The line that the part belongs to."""
        return self.part.line.id

    def columns(self, key: str) -> Row:
        """Return the grain of a document table, with `key` for the document's id, its number and item."""
        item = self.part.item
        return {
            key: self.document.id,
            "line_id": self.line_id,
            "size": self.part.size,
            "order_number": self.document.reference,
            "product_option_id": item and item.id,
            "sku": item and sku_of(item),
        }
