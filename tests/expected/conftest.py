"""A shop whose books are written by hand, so that every figure in these tests can be checked."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest

from cin7_pipeline.sandbox.ledger import (
    Adjustment,
    Assembly,
    BomMaster,
    Branch,
    Contact,
    CreditNote,
    Document,
    Ledger,
    Line,
    Option,
    Part,
    Product,
    ProductionJob,
    PurchaseOrder,
    SalesOrder,
    SizeQuantity,
    StockRow,
    Transfer,
)
from cin7_pipeline.window import Window
from tests.expected import Read, Truth

OPENED = "2025-01-01 00:00"
NOW = "2026-06-15 00:00"


def at(moment: str) -> datetime:
    """A UTC moment."""
    return datetime.fromisoformat(moment).replace(tzinfo=UTC)


def typed(values: dict[str, Any]) -> dict[str, Any]:
    """Values as the ledger wants them: `_at` as moments, other numbers than ids as decimals."""
    return {name: _typed(name, value) for name, value in values.items()}


def _typed(name: str, value: Any) -> Any:
    if name.endswith("_at") and isinstance(value, str):
        return at(value)
    if name == "id" or name.endswith("_id") or isinstance(value, bool):
        return value
    return Decimal(value) if isinstance(value, int) else value


@dataclass
class Shop:
    """Every version of every record; `books` are what was true at a moment."""

    products: list[Product] = field(default_factory=list)
    options: list[Option] = field(default_factory=list)
    branches: list[Branch] = field(default_factory=list)
    contacts: list[Contact] = field(default_factory=list)
    stock: list[StockRow] = field(default_factory=list)
    boms: list[BomMaster] = field(default_factory=list)
    documents: list[Document] = field(default_factory=list)

    def option(self, id_: int, code: str | None, size: str = "", **changes: Any) -> None:
        """Add an item, and its product where there is none yet."""
        values = {"product_id": 1, "prices": {}, "option_code": "", "size_code": "", "weight": 0}
        texts = dict.fromkeys(
            ("status", "supplier_code", "barcode", "option_1", "option_2", "option_3"), ""
        )
        times = {"created_at": OPENED, "modified_at": OPENED}
        self.options.append(
            Option(id=id_, size=size, code=code, **typed({**values, **texts, **times, **changes}))
        )

    def product(self, id_: int, **changes: Any) -> None:
        """Add a product."""
        texts = dict.fromkeys(
            (
                "style_code",
                "name",
                "brand",
                "category",
                "sub_category",
                "order_type",
                "status",
                "stock_control",
            ),
            "",
        )
        values = {"supplier_id": 0, "weight": 0, "volume": 0}
        times = {"created_at": OPENED, "modified_at": OPENED}
        self.products.append(Product(id=id_, **typed({**texts, **values, **times, **changes})))

    def branch(self, id_: int, name: str, *, is_active: bool = True) -> None:
        """Add a branch."""
        self.branches.append(Branch(id_, name, "", is_active, at(OPENED), at(OPENED)))

    def contact(self, id_: int, company: str, group: str = "", **changes: Any) -> None:
        """Add a contact, by default a customer with an address of its own."""
        values = {"type": "Customer", "email": f"{id_}@example.com", "person": ""}
        times = {"created_at": OPENED, "modified_at": OPENED}
        values = typed({**values, "is_active": True, **times, **changes})
        self.contacts.append(Contact(id=id_, company=company, group=group, **values))

    def bom(self, id_: int, option_id: int, *parts: tuple[int, Any]) -> None:
        """Add a BOM for an option; parts are (option, quantity), their ids those of the BOM + place."""
        components = tuple(
            Part(100 * id_ + place, part_id, "", "", Decimal(quantity))
            for place, (part_id, quantity) in enumerate(parts, start=1)
        )
        made = Assembly(10 * id_, option_id, "", "", Decimal(1), components)
        self.boms.append(BomMaster(id_, f"B-{id_}", at(OPENED), at(OPENED), (made,)))

    def on_hand(self, option_id: int, branch_id: int, quantity: int, **changes: Any) -> None:
        """Add a stock row."""
        zeros = dict.fromkeys(("open_sales", "incoming", "holding", "virtual"), 0)
        values = {"size": "", "code": "", "modified_at": OPENED, **zeros, **changes}
        self.stock.append(
            StockRow(
                option_id=option_id,
                branch_id=branch_id,
                on_hand=Decimal(quantity),
                **typed(values),
            )
        )

    def line(self, id_: int = 1, quantity: Any = 1, **changes: Any) -> Line:
        """A line of option 1; `sizes` are (name, code, quantity)."""
        sizes = [SizeQuantity(n, c, Decimal(q)) for n, c, q in changes.pop("sizes", ())]
        values = {"option_id": 1, "code": None, "name": "", **changes}
        return Line(id=id_, quantity=Decimal(quantity), sizes=tuple(sizes), **typed(values))

    def sale(self, id_: int, *lines: Line, **changes: Any) -> None:
        """Add an approved sales order, dispatched on 2 June 2026 at branch 1."""
        self._write(
            SalesOrder, id_, lines, {"branch_id": 1, "dispatched_at": "2026-06-02"} | changes
        )

    def purchase(self, id_: int, *lines: Line, **changes: Any) -> None:
        """Add an approved purchase order for branch 1."""
        self._write(PurchaseOrder, id_, lines, {"branch_id": 1} | changes)

    def transfer(self, id_: int, *lines: Line, **changes: Any) -> None:
        """Add a transfer from branch 1 to branch 2."""
        self._write(
            Transfer, id_, lines, {"source_branch_id": 1, "destination_branch_id": 2} | changes
        )

    def credit(self, id_: int, *lines: Line, **changes: Any) -> None:
        """Add a credit note, completed on 3 June 2026 at branch 1."""
        self._write(
            CreditNote, id_, lines, {"branch_id": 1, "completed_at": "2026-06-03"} | changes
        )

    def adjustment(self, id_: int, *lines: Line, **changes: Any) -> None:
        """Add an adjustment at branch 1."""
        self._write(Adjustment, id_, lines, {"branch_id": 1} | changes)

    def job(self, id_: int, **changes: Any) -> None:
        """Add a production job at branch 1."""
        self._write(ProductionJob, id_, (), {"branch_id": 1} | changes)

    def change(self, id_: int, **changes: Any) -> None:
        """Add a later version of a document."""
        earlier = [document for document in self.documents if document.id == id_][-1]
        self.documents.append(replace(earlier, **typed(changes)))

    def _write(self, kind: type[Document], id_: int, lines: Iterable[Line], changes: Any) -> None:
        created_at = changes.get("created_at", "2026-06-01 00:00")
        values = {
            "created_at": created_at,
            "modified_at": created_at,
            "reference": f"D-{id_}",
            "is_approved": True,
            **changes,
        }
        self.documents.append(kind(id=id_, lines=tuple(lines), **typed(values)))

    def books(self, moment: datetime) -> Ledger:
        """What is true at a moment."""
        last = {
            document.id: document
            for document in self.documents
            if (document.deleted_at or document.modified_at) <= moment
        }
        return Ledger(
            timestamp=moment,
            products=self.products,
            options=self.options,
            branches=self.branches,
            contacts=self.contacts,
            sales_orders=[d for d in last.values() if isinstance(d, SalesOrder)],
            purchase_orders=[d for d in last.values() if isinstance(d, PurchaseOrder)],
            transfers=[d for d in last.values() if isinstance(d, Transfer)],
            credit_notes=[d for d in last.values() if isinstance(d, CreditNote)],
            adjustments=[d for d in last.values() if isinstance(d, Adjustment)],
            production_jobs=[d for d in last.values() if isinstance(d, ProductionJob)],
            bom_masters=self.boms,
            stock=self.stock,
        )

    def lookback(self, moment: str = NOW, days: int = 90) -> Read:
        """A daily sync."""
        return Read(at(moment), Window.lookback(at(moment), days))

    def days(self, moment: str, first: str, last: str) -> Read:
        """A re-sync of a range of days."""
        window = Window.days(date.fromisoformat(first), date.fromisoformat(last))
        return Read(at(moment), window)

    def tables(self, *reads: Read, **settings: Any) -> dict[str, list[dict[str, Any]]]:
        """The tables after these reads, by default one lookback; the account is in Sydney."""
        truth = Truth(self.books, time_zone="Australia/Sydney", **settings)
        return truth.tables(reads or [self.lookback()])

    def issues(self, name: str, *reads: Read, **settings: Any) -> list[int]:
        """The documents that have an issue."""
        rows = self.tables(*reads, **settings)["data_issues"]
        return [row["document_id"] for row in rows if row["issue"] == name]


@pytest.fixture
def empty_shop() -> Shop:
    """Books without a single record."""
    return Shop()


@pytest.fixture
def shop() -> Shop:
    """Books with item 1 (SKU A), branches 1 (North) and 2 (South), and customer 7 of group VIP."""
    shop = Shop()
    shop.product(1)
    shop.option(1, "A")
    shop.branch(1, "North")
    shop.branch(2, "South")
    shop.contact(7, "Corner Store", "VIP")
    return shop
