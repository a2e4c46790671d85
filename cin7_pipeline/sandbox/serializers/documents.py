"""This module writes orders, transfers, credit notes and adjustments, with every field of theirs and lines.

Cin7 gives sizes as objects on sales orders and transfers, and as packed text on all lines that are
bought, sold or credited. Fields the ledger knows nothing of are empty in Cin7's several ways.
"""

from collections import defaultdict
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

from cin7_pipeline.sandbox.ledger import (
    Adjustment,
    Contact,
    CreditNote,
    Document,
    Ledger,
    Line,
    Option,
    PurchaseOrder,
    SalesOrder,
    Transfer,
)
from cin7_pipeline.sandbox.serializers.json_format import (
    SYMBOLS,
    Record,
    address,
    dated,
    fields_of,
    name_of,
    phone,
    size_codes,
    size_words,
    sizes,
    unset,
)

GST, PENNY = Decimal("0.1"), Decimal("0.0001")
Traded = SalesOrder | PurchaseOrder | CreditNote


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
        "unitCost": float(line.unit_cost),
        "uomPrice": float(line.unit_price * size),
        "uomQtyOrdered": float(line.quantity / size if size else size),
        "uomQtyShipped": float(line.done / size if size else size),
        "uomSize": float(size),
        "holdingQty": 0.0,
        "stockControl": "FIFO" if line.option_id else "Undefined",
        "stockMovements": [],
        "sizes": sizes(line.sizes, register.barcodes(line)),
        "taxRate": float(GST),
    }


def purchase_line(line: Line, register: Register) -> Record:
    """Return what only a purchase order's line has: no cost and no sizes as objects."""
    return {**_trade_line(line, register), "holdingQty": 0.0}


def credit_line(line: Line, register: Register) -> Record:
    """Return what only a credit note's line has: no sizes as objects."""
    return {**_trade_line(line, register), "unitCost": float(line.unit_cost)}


def transfer_line(line: Line, register: Register) -> Record:
    """Return what only a transfer's line has."""
    return {
        "qtyTransferred": int(line.done),
        "unitCost": float(line.unit_price),
        "sizes": sizes(line.sizes, register.barcodes(line)),
    }


def adjustment_line(line: Line, register: Register) -> Record:
    """Return what only an adjustment's line has; on a size grid Cin7 does not say which size."""
    return {
        **fields_of(line, "qtyAdjusted=quantity unitCost=unit_price"),
        **unset(null="account", number="holdingQty"),
    }


def sales_order(order: SalesOrder, register: Register) -> Record:
    """Return a `SalesOrders` record; what it says it comes to may be wrong."""
    return {
        **_traded(order, register),
        **_order_fields(order, register),
        **fields_of(order, "product_total surcharge discount_total total tax_rate"),
        "surchargeDescription": "Card fee" if order.surcharge else None,
        "discountDescription": "Loyalty" if order.discount_total else None,
        **fields_of(order, "estimatedDeliveryDate=due_at cancellationDate=cancelled_at"),
        **fields_of(order, "invoiceDate=invoiced_at dispatchedDate=dispatched_at"),
        **fields_of(order, "customer_order_no distribution_branch_id is_void"),
        "invoiceNumber": order.id - 900_000 if order.invoiced_at else 0,
        "logisticsCarrier": "Australia Post" if order.dispatched_at else None,
        "logisticsStatus": 1,
        **unset(null="departmentNumber storeLocationNumber distributionCenter", zero="ediStatus"),
        "lineItems": write_lines(order, register, sales_line),
        "accountingAttributes": _accounting(is_imported=bool(order.invoiced_at)),
    }


def purchase_order(order: PurchaseOrder, register: Register) -> Record:
    """Return a `PurchaseOrders` record; a line's received quantity is its `qtyShipped`."""
    return {
        **_traded(order, register),
        **_order_fields(order, register),
        **fields_of(order, "estimatedDeliveryDate=etd_at estimatedArrivalDate=eta_at is_void"),
        **fields_of(order, "cancellationDate=cancelled_at supplierAcceptanceDate=accepted_at"),
        **fields_of(order, "fullyReceivedDate=received_at"),
        "lineItems": write_lines(order, register, purchase_line),
        **unset(
            null="customerOrderNo port invoiceDate logisticsCarrier",
            text="supplierInvoiceReference",
            zero="logisticsStatus",
        ),
        "accountingAttributes": _accounting(),
    }


def credit_note(note: CreditNote, register: Register) -> Record:
    """Return a `CreditNotes` record."""
    return {
        **_traded(note, register),
        "status": _status(note),
        "creditNoteNumber": note.id - 60_000,
        **fields_of(note, "sales_reference creditNoteDate=credited_at completedDate=completed_at"),
        "lineItems": write_lines(note, register, credit_line),
        "accountingAttributes": _accounting(),
        **unset(
            null="memberEmail customerReport alternativeAccountCode logisticsCarrier modifiedCOGSDate",
            zero="salesPersonId logisticsStatus",
        ),
    }


def branch_transfer(transfer: Transfer, register: Register) -> Record:
    """Return a `BranchTransfers` record: no status, no void flag, no expected date."""
    source = register.branches.get(transfer.source_branch_id)
    return {
        **_head(transfer),
        "approvedBy": 11 if transfer.is_approved else 0,
        "productTotal": _value(transfer),
        "company": source.name if source else "",
        "phone": phone(transfer.source_branch_id),
        "source": "Backend",
        **fields_of(transfer, "source_branch_id destination_branch_id approvalDate=approved_at"),
        **fields_of(transfer, "dispatchedDate=dispatched_at receivedDate=received_at stage"),
        **unset(
            null="branchEmail internalComments mobile fax projectName trackingCode",
            text="deliveryInstructions firstName lastName email",
        ),
        **fields_of(transfer, "custom_fields"),
        "lineItems": write_lines(transfer, register, transfer_line),
    }


def adjustment(adjustment: Adjustment, register: Register) -> Record:
    """Return an `Adjustments` record; it moves stock when it is completed."""
    return {
        **_head(adjustment),
        **fields_of(adjustment, "branch_id completedDate=completed_at adjustmentReason=reason"),
        **unset(null="adjustInAccountingSystem alternativeAccountCode"),
        "productTotal": _value(adjustment),
        "source": "Backend",
        "lineItems": write_lines(adjustment, register, adjustment_line),
    }


def _head(document: Document) -> Record:
    return {
        **dated(document),
        "createdBy": 0 if document.id % 3 else 11,
        "processedBy": 0,
        **fields_of(document, "is_approved reference"),
    }


def _value(document: Transfer | Adjustment) -> float:
    return float(sum((line.quantity * line.unit_price for line in document.lines), Decimal(0)))


def _traded(document: Traded, register: Register) -> Record:
    """Return what orders, purchase orders and credit notes have in common: people, places, money."""
    contact = register.contacts.get(document.member_id)
    names, country = name_of(contact), getattr(document, "delivery_country", "Australia")
    web_customer = {"firstName": "Web", "lastName": f"Nobody-{document.id}"}
    company = _company(document, contact)
    return {
        **_head(document),
        "memberId": document.member_id,
        **(names if contact else web_customer),
        "company": company,
        "email": contact.email if contact else f"web-{document.id}@example.com",
        "phone": phone(document.id),
        **address("delivery", document.id, country, names, company),
        **address("billing", document.id, "", names, ""),
        "branchId": document.branch_id,
        **unset(null="mobile fax branchEmail trackingCode"),
        "projectName": getattr(document, "project_name", None),
        "internalComments": f"call {phone(document.id)}" if document.id % 5 == 0 else None,
        **_money(document),
        "source": getattr(document, "source", "Backend"),
        "customFields": dict(document.custom_fields),
    }


def _company(document: Traded, contact: Contact | None) -> str:
    if isinstance(document, PurchaseOrder):
        return contact.company if contact else ""
    return document.company


def _money(document: Traded) -> Record:
    goods = sum(
        (line.quantity * line.unit_price - line.discount for line in document.lines), Decimal(0)
    )
    freight = getattr(document, "freight", Decimal(0))
    tax_status = getattr(document, "tax_status", "Excl")
    tax = GST if tax_status == "Excl" else Decimal(0)
    return {
        "productTotal": float(goods.quantize(PENNY)),
        "freightTotal": float(freight),
        "freightDescription": "Road" if freight else None,
        **unset(
            null="surchargeDescription discountDescription",
            zero="currencyId",
            number="surcharge discountTotal",
        ),
        "total": float(((goods + freight) * (1 + tax)).quantize(PENNY)),
        "currencyCode": document.currency,
        "currencyRate": float(document.currency_rate),
        "currencySymbol": SYMBOLS.get(document.currency, ""),
        "taxStatus": tax_status,
        "taxRate": float(GST),
    }


def _order_fields(order: SalesOrder | PurchaseOrder, register: Register) -> Record:
    contact = register.contacts.get(order.member_id)
    return {
        "status": _status(order),
        "stage": order.stage,
        "memberEmail": contact.email or None if contact else None,
        "paymentTerms": "30 days" if order.member_id else None,
        "deliveryInstructions": f"ring {phone(order.id)}" if order.id % 7 == 0 else "",
        **unset(
            null="memberCostCenter memberAlternativeTaxRate costCenter salesPersonEmail voucherCode",
            text="alternativeTaxRate",
            zero="salesPersonId",
        ),
        "modifiedCOGSDate": None,
    }


def _status(document: Document) -> str:
    if document.is_void:
        return "VOID"
    return "APPROVED" if document.is_approved else "DRAFT"


def _accounting(*, is_imported: bool = False) -> Record:
    status = "Imported" if is_imported else "NotImported"
    return {"importDate": None, "accountingImportStatus": status}
