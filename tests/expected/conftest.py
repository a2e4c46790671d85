"""A shop whose ledger is written by hand, so that every figure in these tests can be checked."""

from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest

from cin7_pipeline.sandbox.ledger import (
    Adjustment,
    Branch,
    Document,
    Ledger,
    Line,
    Option,
    ProductionJob,
    PurchaseOrder,
    SalesOrder,
    StockRow,
    Transfer,
)
from cin7_pipeline.window import Window
from tests.expected import Oracle, Read

OPENED = "2025-01-01 00:00"
NOW = "2026-06-15 00:00"


def at(timestamp: str) -> datetime:
    """Return a UTC timestamp."""
    return datetime.fromisoformat(timestamp).replace(tzinfo=UTC)


def typed(values: dict[str, Any]) -> dict[str, Any]:
    """Return values as the ledger wants them: `_at` as timestamps, other numbers than ids as decimals."""
    result = dict(values)
    for name, value in values.items():
        if name.endswith("_at") and isinstance(value, str):
            result[name] = at(value)
        elif type(value) is int and name != "id" and not name.endswith("_id"):
            result[name] = Decimal(value)
    return result


@dataclass
class Shop:
    """Every version of every record of item 1 (SKU A) and branches 1 (North) and 2 (South)."""

    options: list[Option] = field(default_factory=list)
    branches: list[Branch] = field(default_factory=list)
    stock: list[StockRow] = field(default_factory=list)
    documents: list[Document] = field(default_factory=list)

    def option(self, id_: int, code: str) -> None:
        """Add an item."""
        texts = "status option_code size_code supplier_code barcode option_1 option_2 option_3"
        values = {**dict.fromkeys(texts.split(), ""), "created_at": OPENED, "modified_at": OPENED}
        item = {"id": id_, "size": "", "code": code, "product_id": 1, "weight": 0, "prices": {}}
        self.options.append(Option(**typed(item | values)))

    def on_hand(self, option_id: int, branch_id: int, on_hand: int, **figures: int) -> None:
        """Add a stock row."""
        zeros = dict.fromkeys(("open_sales", "incoming", "holding", "virtual"), 0)
        row = {"size": "", "code": "", "on_hand": on_hand, "modified_at": OPENED, **zeros}
        self.stock.append(
            StockRow(option_id=option_id, branch_id=branch_id, **typed(row | figures))
        )

    def line(self, id_: int = 1, quantity: int = 1, **changes: Any) -> Line:
        """Return a line of item 1."""
        values = {"option_id": 1, "code": None, "name": "", "quantity": quantity, **changes}
        return Line(id=id_, **typed(values))

    def sale(self, id_: int, *lines: Line, **changes: Any) -> None:
        """Add an approved sales order, dispatched on 2 June 2026 at branch 1."""
        values = {"branch_id": 1, "dispatched_at": "2026-06-02"}
        self._add(SalesOrder, id_, lines, values | changes)

    def purchase(self, id_: int, *lines: Line, **changes: Any) -> None:
        """Add an approved purchase order for branch 1."""
        self._add(PurchaseOrder, id_, lines, {"branch_id": 1} | changes)

    def transfer(self, id_: int, *lines: Line, **changes: Any) -> None:
        """Add a transfer from branch 1 to branch 2."""
        values = {"source_branch_id": 1, "destination_branch_id": 2}
        self._add(Transfer, id_, lines, values | changes)

    def adjustment(self, id_: int, **changes: Any) -> None:
        """Add an adjustment at branch 1."""
        self._add(Adjustment, id_, (), {"branch_id": 1} | changes)

    def job(self, id_: int, **changes: Any) -> None:
        """Add a production job at branch 1."""
        self._add(ProductionJob, id_, (), {"branch_id": 1} | changes)

    def change(self, id_: int, **changes: Any) -> None:
        """Add a later version of a document."""
        earlier = [document for document in self.documents if document.id == id_][-1]
        self.documents.append(replace(earlier, **typed(changes)))

    def _add(self, kind: type[Document], id_: int, lines: tuple[Line, ...], changes: Any) -> None:
        created_at = changes.get("created_at", "2026-06-01 00:00")
        values = {"created_at": created_at, "modified_at": created_at, "is_approved": True}
        values |= {"reference": f"D-{id_}", "lines": lines, **changes}
        self.documents.append(kind(id=id_, **typed(values)))

    def ledger(self, timestamp: datetime) -> Ledger:
        """Return the ledger at a timestamp: of each document the last version."""
        last = {
            document.id: document
            for document in self.documents
            if (document.deleted_at or document.modified_at) <= timestamp
        }

        def of(kind: type[Document]) -> list[Any]:
            return [document for document in last.values() if isinstance(document, kind)]

        return Ledger(
            timestamp=timestamp,
            options=self.options,
            branches=self.branches,
            stock=self.stock,
            sales_orders=of(SalesOrder),
            purchase_orders=of(PurchaseOrder),
            transfers=of(Transfer),
            adjustments=of(Adjustment),
            production_jobs=of(ProductionJob),
        )

    def lookback(self, timestamp: str = NOW, days: int = 90) -> Read:
        """Return a daily sync."""
        return Read(at(timestamp), Window.lookback(at(timestamp), days))

    def days(self, timestamp: str, first: str, last: str) -> Read:
        """Return a re-sync of a range of days."""
        window = Window.days(date.fromisoformat(first), date.fromisoformat(last))
        return Read(at(timestamp), window)

    def tables(self, *reads: Read) -> dict[str, list[dict[str, Any]]]:
        """Return the tables after these reads, by default one lookback; the account is in Sydney."""
        oracle = Oracle(self.ledger, time_zone="Australia/Sydney")
        return oracle.tables(reads or [self.lookback()])


@pytest.fixture
def shop() -> Shop:
    """The shop before its first document."""
    shop = Shop()
    shop.option(1, "A")
    for id_, name in ((1, "North"), (2, "South")):
        shop.branches.append(
            Branch(id_, name, "", is_active=True, created_at=at(OPENED), modified_at=at(OPENED))
        )
    return shop
