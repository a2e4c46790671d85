"""This module shows a merchant as Cin7's API does: the full records of each resource at a time.

Deleted documents are not listed: Cin7 never says that they existed.
"""

from collections import defaultdict
from collections.abc import Callable, Sequence
from datetime import datetime
from decimal import Decimal
from operator import attrgetter
from typing import Any

from cin7_pipeline.sandbox.ledger import Document, Ledger
from cin7_pipeline.sandbox.serializers import catalogue, documents, production
from cin7_pipeline.sandbox.serializers.documents import Register
from cin7_pipeline.sandbox.serializers.json_format import Record
from cin7_pipeline.sandbox.simulation.merchant import Merchant

DocumentWriter = Callable[[Any, Register], Record]
DOCUMENTS: dict[str, tuple[Callable[[Ledger], Sequence[Document]], DocumentWriter]] = {
    "SalesOrders": (attrgetter("sales_orders"), documents.sales_order),
    "PurchaseOrders": (attrgetter("purchase_orders"), documents.purchase_order),
    "BranchTransfers": (attrgetter("transfers"), documents.branch_transfer),
    "CreditNotes": (attrgetter("credit_notes"), documents.credit_note),
    "Adjustments": (attrgetter("adjustments"), documents.adjustment),
    "ProductionJobs": (attrgetter("production_jobs"), production.production_job),
}


class MerchantAccount:
    """A merchant seen through the API. Records are shared between calls: read them, do not change them."""

    def __init__(self, merchant: Merchant) -> None:
        self.merchant = merchant
        self._ledger: Ledger | None = None
        self._written: dict[int, tuple[Document, Record]] = {}

    def records(self, resource: str, timestamp: datetime) -> list[Record]:
        """Return all records of a resource at a time, by id, in camelCase and with all their fields.

        A resource the merchant does not use is an empty list. Each version of a document is written once.
        """
        ledger = self._ledger
        if ledger is None or ledger.timestamp != timestamp:
            ledger = self._ledger = self.merchant.ledger(timestamp)
        if resource not in DOCUMENTS:
            return OTHERS[resource](ledger) if resource in OTHERS else []
        listed, write = DOCUMENTS[resource]
        register, records = Register(ledger), []
        for document in listed(ledger):
            if document.deleted_at is None:
                if id(document) not in self._written:
                    self._written[id(document)] = (document, write(document, register))
                records.append(self._written[id(document)][1])
        return records


def _products(ledger: Ledger) -> list[Record]:
    options: dict[int, list[Record]] = defaultdict(list)
    for record in _product_options(ledger):
        options[record["productId"]].append(record)
    return [catalogue.product(each, options.get(each.id, [])) for each in ledger.products]


def _product_options(ledger: Ledger) -> list[Record]:
    totals: dict[tuple[int, str], tuple[Decimal, Decimal]] = {}
    for row in ledger.stock:
        on_hand, available = totals.get((row.option_id, row.size), (Decimal(0), Decimal(0)))
        totals[row.option_id, row.size] = (on_hand + row.on_hand, available + row.available)
    return [catalogue.product_option(option, totals) for option in ledger.options]


def _stock(ledger: Ledger) -> list[Record]:
    options = {option.key: option for option in ledger.options}
    register = Register(ledger)
    records = []
    for row in ledger.stock:
        option = options[row.option_id, row.size]
        product, branch = register.products[option.product_id], register.branches[row.branch_id]
        records.append(catalogue.stock_row(row, option, product, branch.name))
    return records


def _by_id(records: Sequence[Record]) -> list[Record]:
    return sorted(records, key=lambda record: int(record["id"]))


def _bom_masters(write: DocumentWriter) -> Callable[[Ledger], list[Record]]:
    return lambda ledger: [write(bom, Register(ledger)) for bom in ledger.bom_masters]


OTHERS: dict[str, Callable[[Ledger], list[Record]]] = {
    "Products": _products,
    "ProductOptions": _product_options,
    "Branches": lambda ledger: _by_id([catalogue.branch(each) for each in ledger.branches]),
    "Contacts": lambda ledger: _by_id([catalogue.contact(each) for each in ledger.contacts]),
    "BomMasters": _bom_masters(production.bom_master),
    "v2/BomMasters": _bom_masters(production.bom_master_v2),
    "Stock": _stock,
    "Users": lambda _: [catalogue.user(*each) for each in catalogue.USERS],
}
