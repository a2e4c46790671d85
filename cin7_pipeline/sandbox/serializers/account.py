"""The merchant's account as Cin7's API shows it: full records of each resource at a moment.

How a record is written is told in `documents`, `production`, `lines` and `catalogue`.
Deleted documents are not listed: Cin7 never says that they existed.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable
from datetime import datetime
from decimal import Decimal
from typing import TypeVar

from cin7_pipeline.sandbox.ledger import BomMaster, Document, Ledger, Option
from cin7_pipeline.sandbox.serializers import catalogue as write
from cin7_pipeline.sandbox.serializers.documents import (
    adjustment,
    branch_transfer,
    credit_note,
    purchase_order,
    sales_order,
)
from cin7_pipeline.sandbox.serializers.json_format import Record
from cin7_pipeline.sandbox.serializers.lines import Register
from cin7_pipeline.sandbox.serializers.production import bom_master, bom_master_v2, production_job
from cin7_pipeline.sandbox.simulation.merchant import Merchant

D = TypeVar("D", bound=Document)
Totals = dict[tuple[int, str], tuple[Decimal, Decimal]]


class MerchantAccount:
    """A merchant seen through the API. Records are shared between calls: read them, do not change them."""

    def __init__(self, merchant: Merchant) -> None:
        self.merchant = merchant
        self._books: Ledger | None = None
        self._written: dict[int, tuple[Document, Record]] = {}
        self._writers: dict[str, Callable[[Ledger], list[Record]]] = {
            "Products": _products,
            "ProductOptions": _product_options,
            "Branches": lambda books: _by_id(write.branch(each) for each in books.branches),
            "Contacts": lambda books: _by_id(write.contact(each) for each in books.contacts),
            "SalesOrders": self._sales_orders,
            "PurchaseOrders": self._purchase_orders,
            "BranchTransfers": self._branch_transfers,
            "CreditNotes": self._credit_notes,
            "Adjustments": self._adjustments,
            "ProductionJobs": self._production_jobs,
            "BomMasters": lambda books: _bom_masters(books, bom_master),
            "v2/BomMasters": lambda books: _bom_masters(books, bom_master_v2),
            "Stock": _stock,
            "Users": lambda books: write.users(),
        }

    def records(self, resource: str, moment: datetime) -> list[Record]:
        """All records of a resource at a moment, by id, in camelCase and with all their fields.

        A resource the merchant does not use is an empty list.
        """
        writer = self._writers.get(resource)
        if writer is None:
            return []
        books = self._books
        if books is None or books.timestamp != moment:
            books = self._books = self.merchant.ledger(moment)
        return writer(books)

    def _sales_orders(self, books: Ledger) -> list[Record]:
        return self._listed(books.sales_orders, sales_order, books)

    def _purchase_orders(self, books: Ledger) -> list[Record]:
        return self._listed(books.purchase_orders, purchase_order, books)

    def _branch_transfers(self, books: Ledger) -> list[Record]:
        return self._listed(books.transfers, branch_transfer, books)

    def _credit_notes(self, books: Ledger) -> list[Record]:
        return self._listed(books.credit_notes, credit_note, books)

    def _adjustments(self, books: Ledger) -> list[Record]:
        return self._listed(books.adjustments, adjustment, books)

    def _production_jobs(self, books: Ledger) -> list[Record]:
        return self._listed(books.production_jobs, production_job, books)

    def _listed(
        self, documents: Iterable[D], writer: Callable[[D, Register], Record], books: Ledger
    ) -> list[Record]:
        """The documents that are not deleted; each state of each is written once and kept."""
        register = _register(books)
        records = []
        for document in documents:
            if document.deleted_at is None:
                if id(document) not in self._written:
                    self._written[id(document)] = (document, writer(document, register))
                records.append(self._written[id(document)][1])
        return records


def _by_id(records: Iterable[Record]) -> list[Record]:
    return sorted(records, key=lambda record: int(record["id"]))


def _register(books: Ledger) -> Register:
    options: dict[int, list[Option]] = defaultdict(list)
    for option in books.options:
        options[option.id].append(option)
    return Register(
        products={product.id: product for product in books.products},
        options=options,
        contacts={contact.id: contact for contact in books.contacts},
        branches={branch.id: branch for branch in books.branches},
    )


def _bom_masters(books: Ledger, writer: Callable[[BomMaster, Register], Record]) -> list[Record]:
    register = _register(books)
    return [writer(bom, register) for bom in books.bom_masters]


def _products(books: Ledger) -> list[Record]:
    options: dict[int, list[Record]] = defaultdict(list)
    for record in _product_options(books):
        options[record["productId"]].append(record)
    return [write.product(each, options.get(each.id, [])) for each in books.products]


def _product_options(books: Ledger) -> list[Record]:
    totals = _totals(books)
    return [write.product_option(option, totals) for option in books.options]


def _stock(books: Ledger) -> list[Record]:
    options = {option.key: option for option in books.options}
    products = {product.id: product for product in books.products}
    names = {branch.id: branch.name for branch in books.branches}
    records = []
    for row in books.stock:
        option = options[row.option_id, row.size]
        product = products[option.product_id]
        records.append(write.stock_row(row, option, product, names.get(row.branch_id, "")))
    return records


def _totals(books: Ledger) -> Totals:
    """On hand and available of every item over all branches."""
    totals: Totals = {}
    for row in books.stock:
        on_hand, available = totals.get((row.option_id, row.size), (Decimal(0), Decimal(0)))
        totals[row.option_id, row.size] = (on_hand + row.on_hand, available + row.available)
    return totals
