"""The lines of documents as Cin7 sends them, and what they refer to.

Cin7 gives sizes as objects on sales orders and transfers, and as packed text on all lines that are
bought, sold or credited.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal

from cin7_pipeline.sandbox.ledger import Branch, Contact, Document, Line, Option, Product
from cin7_pipeline.sandbox.serializers.json_format import (
    Record,
    number,
    size_codes,
    size_words,
    sizes,
    stamp,
)

GST = Decimal("0.1")


@dataclass(frozen=True)
class Register:
    """What documents refer to, by id; none of the words taken from here ever change."""

    products: Mapping[int, Product]
    options: Mapping[int, list[Option]]
    contacts: Mapping[int, Contact]
    branches: Mapping[int, Branch]

    def barcodes(self, line: Line) -> dict[str, str]:
        """Barcodes of a line's item by size."""
        return {option.size: option.barcode for option in self.options.get(line.option_id, [])}


LineWriter = Callable[[Line, Register], Record]


def write_lines(document: Document, register: Register, write: LineWriter) -> list[Record]:
    """All lines of a document in their order: what every line has, and what `write` adds."""
    return [
        {**_line(line, place, document, register), **write(line, register)}
        for place, line in enumerate(document.lines, start=1)
    ]


def _line(line: Line, place: int, document: Document, register: Register) -> Record:
    options = register.options.get(line.option_id, [])
    first = options[0] if options else None
    return {
        "id": line.id,
        "createdDate": stamp(document.created_at),
        "transactionId": document.id,
        "parentId": line.parent_id,
        "productId": first.product_id if first else 0,
        "productOptionId": line.option_id,
        "integrationRef": None,
        "sort": place,
        "code": line.code,
        "name": line.name,
        "option1": first.option_1 if first else None,
        "option2": first.option_2 if first else None,
        "option3": size_words(line.sizes) if line.sizes else None,
        "qty": number(line.quantity),
    }


def _trade_line(line: Line, register: Register) -> Record:
    options = register.options.get(line.option_id, [])
    first = options[0] if options else None
    product = register.products.get(first.product_id) if first else None
    return {
        "styleCode": product.style_code if product else "",
        "barcode": first.barcode if first and not line.sizes else "",
        "supplierCode": first.supplier_code if first else None,
        "sizeCodes": size_codes(line.sizes, register.barcodes(line)),
        "lineComments": None,
        "unitPrice": number(line.unit_price),
        "discount": number(line.discount),
        "qtyShipped": number(line.done),
        "accountCode": None,
    }


def sales_line(line: Line, register: Register) -> Record:
    """What a sales order's line has beyond the common fields."""
    return {
        **_trade_line(line, register),
        "unitCost": number(line.unit_cost),
        **_units_of_sale(line),
        "holdingQty": 0.0,
        "stockControl": "FIFO" if line.option_id else "Undefined",
        "stockMovements": [],
        "sizes": sizes(line.sizes, register.barcodes(line)),
        "taxRate": number(GST),
    }


def _units_of_sale(line: Line) -> Record:
    """Cartons and the like; `qty` and `unitPrice` stay in stocking units beside them."""
    size = line.uom_size
    return {
        "uomPrice": number(line.unit_price * size),
        "uomQtyOrdered": number(line.quantity / size if size else size),
        "uomQtyShipped": number(line.done / size if size else size),
        "uomSize": number(size),
    }


def purchase_line(line: Line, register: Register) -> Record:
    """What a purchase order's line has: no cost and no sizes as objects."""
    return {**_trade_line(line, register), "holdingQty": 0.0}


def credit_line(line: Line, register: Register) -> Record:
    """What a credit note's line has: no sizes as objects."""
    return {**_trade_line(line, register), "unitCost": number(line.unit_cost)}


def transfer_line(line: Line, register: Register) -> Record:
    """What a transfer's line has."""
    return {
        "qtyTransferred": int(line.done),
        "unitCost": number(line.unit_price),
        "sizes": sizes(line.sizes, register.barcodes(line)),
    }


def adjustment_line(line: Line, register: Register) -> Record:
    """What an adjustment's line has; on a size grid Cin7 does not say which size."""
    return {
        "qtyAdjusted": number(line.quantity),
        "holdingQty": 0.0,
        "account": None,
        "unitCost": number(line.unit_price),
    }
