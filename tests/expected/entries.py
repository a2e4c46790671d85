"""One row of the books before any table: a document, a part of one of its lines, what rules say."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Generic, TypeVar

from cin7_pipeline.sandbox.ledger import Document
from tests.expected.items import Part, sku_of
from tests.expected.measures import Row

D_co = TypeVar("D_co", bound=Document, covariant=True)


@dataclass(frozen=True)
class Entry(Generic[D_co]):
    """A part of a line with what it counts for; it is left out of its table by any of `rules`."""

    kind: str
    document: D_co
    is_gone: bool
    part: Part
    quantity: Decimal
    value: Decimal
    rules: tuple[str, ...]

    @property
    def is_included(self) -> bool:
        """True where no rule leaves the entry out."""
        return not self.rules

    @property
    def line_id(self) -> int:
        """The line the part belongs to."""
        return self.part.line.id

    def identity(self, key: str) -> Row:
        """The grain of a document table, under the name `key` for the document's id."""
        return {key: self.document.id, "line_id": self.line_id, "size": self.part.size}

    def item(self) -> Row:
        """The item's columns."""
        item = self.part.item
        return {
            "product_option_id": item and item.id,
            "sku": item and sku_of(item),
        }
