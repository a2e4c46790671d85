"""This module writes the lines of documents, and holds what they refer to.

Cin7 gives sizes as objects on sales orders and transfers, and as packed text on all lines that are
bought, sold or credited.
"""

from collections import defaultdict
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

from cin7_pipeline.sandbox.ledger import Document, Ledger, Line, Option
from cin7_pipeline.sandbox.serializers.json_format import (
    Record,
    fields_of,
    number,
    size_codes,
    size_words,
    sizes,
    unset,
)

GST = Decimal("0.1")


class Register:
    """What documents refer to, by id; nothing that is taken from here ever changes."""

    def __init__(self, ledger: Ledger) -> None:
        self.products = {product.id: product for product in ledger.products}
        self.contacts = {contact.id: contact for contact in ledger.contacts}
        self.branches = {branch.id: branch for branch in ledger.branches}
        self._options: Mapping[int, list[Option]] = defaultdict(list)
        for option in ledger.options:
            self._options[option.id].append(option)

    def option(self, option_id: int) -> Option | None:
        """Return the first row of an option."""
        return next(iter(self._options.get(option_id, [])), None)

    def barcodes(self, line: Line) -> dict[str, str]:
        """Return the barcodes of a line's item by size."""
        return {option.size: option.barcode for option in self._options.get(line.option_id, [])}

    def item_fields(self, item: Any) -> Record:
        """Return what every line and component says of its item, by its `option_id`."""
        option = self.option(item.option_id)
        return {
            "productId": option.product_id if option else 0,
            **fields_of(item, "productOptionId=option_id code name"),
            "option1": option.option_1 if option else None,
            "option2": option.option_2 if option else None,
        }


def write_lines(
    document: Document, register: Register, write: Callable[[Line, Register], Record]
) -> list[Record]:
    """Return all lines of a document in their order: what every line has, and what `write` adds."""
    return [
        {
            **fields_of(line, "id parent_id qty=quantity"),
            **fields_of(document, "createdDate=created_at transactionId=id"),
            "integrationRef": None,
            "sort": place,
            **register.item_fields(line),
            "option3": size_words(line.sizes) if line.sizes else None,
            **write(line, register),
        }
        for place, line in enumerate(document.lines, start=1)
    ]


def _trade_line(line: Line, register: Register) -> Record:
    option = register.option(line.option_id)
    product = register.products.get(option.product_id) if option else None
    return {
        "styleCode": product.style_code if product else "",
        "barcode": option.barcode if option and not line.sizes else "",
        "supplierCode": option.supplier_code if option else None,
        "sizeCodes": size_codes(line.sizes, register.barcodes(line)),
        **fields_of(line, "unit_price discount qtyShipped=done"),
        **unset(null="lineComments accountCode"),
    }


def sales_line(line: Line, register: Register) -> Record:
    """Return what only a sales order's line has; `qty` stays in stocking units beside cartons."""
    size = line.uom_size
    return {
        **_trade_line(line, register),
        "unitCost": number(line.unit_cost),
        "uomPrice": number(line.unit_price * size),
        "uomQtyOrdered": number(line.quantity / size if size else size),
        "uomQtyShipped": number(line.done / size if size else size),
        "uomSize": number(size),
        "holdingQty": 0.0,
        "stockControl": "FIFO" if line.option_id else "Undefined",
        "stockMovements": [],
        "sizes": sizes(line.sizes, register.barcodes(line)),
        "taxRate": number(GST),
    }


def purchase_line(line: Line, register: Register) -> Record:
    """Return what only a purchase order's line has: no cost and no sizes as objects."""
    return {**_trade_line(line, register), "holdingQty": 0.0}


def credit_line(line: Line, register: Register) -> Record:
    """Return what only a credit note's line has: no sizes as objects."""
    return {**_trade_line(line, register), "unitCost": number(line.unit_cost)}


def transfer_line(line: Line, register: Register) -> Record:
    """Return what only a transfer's line has."""
    return {
        "qtyTransferred": int(line.done),
        "unitCost": number(line.unit_price),
        "sizes": sizes(line.sizes, register.barcodes(line)),
    }


def adjustment_line(line: Line, register: Register) -> Record:
    """Return what only an adjustment's line has; on a size grid Cin7 does not say which size."""
    return {
        **fields_of(line, "qtyAdjusted=quantity unitCost=unit_price"),
        **unset(null="account", number="holdingQty"),
    }
