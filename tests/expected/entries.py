"""This module defines an entry: a part of a document's line with what it counts for, before any table."""

from dataclasses import dataclass
from decimal import Decimal

from cin7_pipeline.sandbox.ledger import Document
from tests.expected.items import LinePart, sku_of
from tests.expected.values import Row, rounded

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

    @property
    def discount_share(self) -> Decimal:
        """The share of its lines that the discount of a whole order takes off, where it can be."""
        discount = getattr(self.document, "discount_total", Decimal(0))
        goods = getattr(self.document, "product_total", Decimal(0))
        return discount / goods if 0 < discount <= goods else Decimal(0)

    def base_amount(self, amount: Decimal) -> Row:
        """Return an amount without tax and the order's discount, in the base currency, and how."""
        tax_rate = getattr(self.document, "tax_rate", Decimal("0.1"))
        rate = tax_rate if tax_rate <= 1 else tax_rate / 100
        is_taxed = getattr(self.document, "tax_status", "Excl") == "Incl"
        net = amount * (1 - self.discount_share)
        without_tax = net / (1 + rate) if is_taxed else net
        base_rate = getattr(self.document, "currency_rate", Decimal(1))
        bases = {
            (False, False): "as_entered",
            (True, False): "less_tax",
            (False, True): "converted",
            (True, True): "less_tax_converted",
        }
        return {
            "excl_tax": rounded(without_tax),
            "base": rounded(without_tax * base_rate),
            "amount_basis": bases[is_taxed, base_rate != 1],
        }

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
