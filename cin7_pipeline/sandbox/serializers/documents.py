"""Orders, transfers, credit notes and adjustments as Cin7 sends them, every field of them.

What a document holds is the ledger's; fields it knows nothing of are empty in Cin7's several ways.
"""

from decimal import Decimal

from cin7_pipeline.sandbox.ledger import (
    Adjustment,
    Contact,
    CreditNote,
    Document,
    PurchaseOrder,
    SalesOrder,
    Transfer,
)
from cin7_pipeline.sandbox.serializers.json_format import (
    SYMBOLS,
    Record,
    address,
    name_of,
    number,
    phone,
    stamp,
)
from cin7_pipeline.sandbox.serializers.lines import (
    GST,
    Register,
    adjustment_line,
    credit_line,
    purchase_line,
    sales_line,
    transfer_line,
    write_lines,
)

PENNY = Decimal("0.0001")
Traded = SalesOrder | PurchaseOrder | CreditNote


def sales_order(order: SalesOrder, register: Register) -> Record:
    """A `SalesOrders` record."""
    return {
        **_traded(order, register),
        **_order_extension(order, register),
        **_sales_totals(order),
        "estimatedDeliveryDate": stamp(order.due_at),
        "customerOrderNo": order.customer_order_no,
        "cancellationDate": stamp(order.cancelled_at),
        "invoiceDate": stamp(order.invoiced_at),
        "invoiceNumber": order.id - 900_000 if order.invoiced_at else 0,
        "dispatchedDate": stamp(order.dispatched_at),
        "logisticsCarrier": "Australia Post" if order.dispatched_at else None,
        "logisticsStatus": 1,
        "ediStatus": 0,
        "distributionBranchId": order.distribution_branch_id,
        "departmentNumber": None,
        "storeLocationNumber": None,
        "distributionCenter": None,
        "lineItems": write_lines(order, register, sales_line),
        "isVoid": order.is_void,
        "accountingAttributes": _accounting("Imported" if order.invoiced_at else "NotImported"),
    }


def purchase_order(order: PurchaseOrder, register: Register) -> Record:
    """A `PurchaseOrders` record; a line's received quantity is its `qtyShipped`."""
    return {
        **_traded(order, register),
        **_order_extension(order, register),
        "estimatedDeliveryDate": stamp(order.etd_at),
        "customerOrderNo": None,
        "cancellationDate": stamp(order.cancelled_at),
        "supplierInvoiceReference": "",
        "supplierAcceptanceDate": stamp(order.accepted_at),
        "port": None,
        "estimatedArrivalDate": stamp(order.eta_at),
        "fullyReceivedDate": stamp(order.received_at),
        "invoiceDate": None,
        "lineItems": write_lines(order, register, purchase_line),
        "logisticsCarrier": None,
        "logisticsStatus": 0,
        "accountingAttributes": _accounting("NotImported"),
        "isVoid": order.is_void,
    }


def credit_note(note: CreditNote, register: Register) -> Record:
    """A `CreditNotes` record."""
    return {
        **_traded(note, register),
        "status": _status(note),
        "memberEmail": None,
        "salesReference": note.sales_reference,
        "creditNoteNumber": note.id - 60_000,
        "creditNoteDate": stamp(note.credited_at),
        "completedDate": stamp(note.completed_at),
        "customerReport": None,
        "alternativeAccountCode": None,
        "salesPersonId": 0,
        "logisticsCarrier": None,
        "logisticsStatus": 0,
        "lineItems": write_lines(note, register, credit_line),
        "accountingAttributes": _accounting("NotImported"),
        "modifiedCOGSDate": None,
    }


def branch_transfer(transfer: Transfer, register: Register) -> Record:
    """A `BranchTransfers` record: no status, no void flag, no expected date."""
    source = register.branches.get(transfer.source_branch_id)
    value = sum((line.quantity * line.unit_price for line in transfer.lines), Decimal(0))
    return {
        **_dates(transfer),
        "approvedBy": 11 if transfer.is_approved else 0,
        "isApproved": transfer.is_approved,
        "reference": transfer.reference,
        "branchEmail": None,
        "deliveryInstructions": "",
        "internalComments": None,
        "productTotal": number(value),
        "firstName": "",
        "lastName": "",
        "company": source.name if source else "",
        "email": "",
        "phone": phone(transfer.source_branch_id),
        "mobile": None,
        "fax": None,
        "projectName": None,
        "trackingCode": None,
        "source": "Backend",
        "sourceBranchId": transfer.source_branch_id,
        "destinationBranchId": transfer.destination_branch_id,
        "approvalDate": stamp(transfer.approved_at),
        "dispatchedDate": stamp(transfer.dispatched_at),
        "receivedDate": stamp(transfer.received_at),
        "stage": transfer.stage,
        "customFields": dict(transfer.custom_fields),
        "lineItems": write_lines(transfer, register, transfer_line),
    }


def adjustment(adjustment: Adjustment, register: Register) -> Record:
    """An `Adjustments` record; it moves stock when it is completed."""
    value = sum((line.quantity * line.unit_price for line in adjustment.lines), Decimal(0))
    return {
        **_dates(adjustment),
        "isApproved": adjustment.is_approved,
        "reference": adjustment.reference,
        "branchId": adjustment.branch_id,
        "completedDate": stamp(adjustment.completed_at),
        "adjustInAccountingSystem": None,
        "adjustmentReason": adjustment.reason,
        "alternativeAccountCode": None,
        "productTotal": number(value),
        "source": "Backend",
        "lineItems": write_lines(adjustment, register, adjustment_line),
    }


def _dates(document: Document) -> Record:
    return {
        "id": document.id,
        "createdDate": stamp(document.created_at),
        "modifiedDate": stamp(document.modified_at),
        "createdBy": 0 if document.id % 3 else 11,
        "processedBy": 0,
    }


def _traded(document: Traded, register: Register) -> Record:
    """What orders, purchase orders and credit notes have in common: people, places, money."""
    contact = register.contacts.get(document.member_id)
    names, country = name_of(contact), getattr(document, "delivery_country", "Australia")
    return {
        **_dates(document),
        "isApproved": document.is_approved,
        "reference": document.reference,
        "memberId": document.member_id,
        **(names if contact else _web_customer(document)),
        "company": _company(document, contact),
        "email": contact.email if contact else f"web-{document.id}@example.com",
        "phone": phone(document.id),
        "mobile": None,
        "fax": None,
        **address("delivery", document.id, country, names, _company(document, contact)),
        **address("billing", document.id, "", names, ""),
        "branchId": document.branch_id,
        "branchEmail": None,
        "projectName": getattr(document, "project_name", None),
        "trackingCode": None,
        "internalComments": f"call {phone(document.id)}" if document.id % 5 == 0 else None,
        **_money(document),
        "source": getattr(document, "source", "Backend"),
        "customFields": dict(document.custom_fields),
    }


def _web_customer(document: Traded) -> Record:
    return {"firstName": "Web", "lastName": f"Nobody-{document.id}"}


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
        "productTotal": number(goods.quantize(PENNY)),
        "freightTotal": number(freight),
        "freightDescription": "Road" if freight else None,
        "surcharge": 0.0,
        "surchargeDescription": None,
        "discountTotal": 0.0,
        "discountDescription": None,
        "total": number(((goods + freight) * (1 + tax)).quantize(PENNY)),
        "currencyId": 0,
        "currencyCode": document.currency,
        "currencyRate": number(document.currency_rate),
        "currencySymbol": SYMBOLS.get(document.currency, ""),
        "taxStatus": tax_status,
        "taxRate": number(GST),
    }


def _sales_totals(order: SalesOrder) -> Record:
    """What a sales order says it comes to, right or wrong."""
    return {
        "productTotal": number(order.product_total),
        "surcharge": number(order.surcharge),
        "surchargeDescription": "Card fee" if order.surcharge else None,
        "discountTotal": number(order.discount_total),
        "discountDescription": "Loyalty" if order.discount_total else None,
        "total": number(order.total),
        "taxRate": number(order.tax_rate),
    }


def _order_extension(order: SalesOrder | PurchaseOrder, register: Register) -> Record:
    contact = register.contacts.get(order.member_id)
    return {
        "status": _status(order),
        "stage": order.stage,
        "memberEmail": contact.email or None if contact else None,
        "memberCostCenter": None,
        "memberAlternativeTaxRate": None,
        "costCenter": None,
        "alternativeTaxRate": "",
        "salesPersonId": 0,
        "salesPersonEmail": None,
        "paymentTerms": "30 days" if order.member_id else None,
        "voucherCode": None,
        "deliveryInstructions": f"ring {phone(order.id)}" if order.id % 7 == 0 else "",
        "modifiedCOGSDate": None,
    }


def _status(document: Document) -> str:
    if document.is_void:
        return "VOID"
    return "APPROVED" if document.is_approved else "DRAFT"


def _accounting(status: str) -> Record:
    return {"importDate": None, "accountingImportStatus": status}
