"""What the simulated merchant's books hold at one moment: facts, without Cin7's way of writing them.

Quantities are stocking units, prices are in the document's currency, moments are UTC.
How the books come about is told in `life`; how Cin7 spells them in `payloads`.
"""

from dataclasses import dataclass, field
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal

from cin7_pipeline.sandbox.master_data import (
    Assembly,
    BomMaster,
    Branch,
    Component,
    Contact,
    Option,
    Part,
    Product,
    StockRow,
)

__all__ = [
    "Adjustment",
    "Assembly",
    "BomMaster",
    "Branch",
    "Component",
    "Contact",
    "CreditNote",
    "Document",
    "Ledger",
    "Line",
    "Option",
    "Part",
    "Product",
    "ProductionJob",
    "PurchaseOrder",
    "SalesOrder",
    "SizeQuantity",
    "StockRow",
    "Transfer",
]


CENT = Decimal("0.01")


@dataclass(frozen=True)
class SizeQuantity:
    """How much of a line is of one size."""

    name: str
    code: str
    quantity: Decimal


@dataclass(frozen=True)
class Line:
    """One line of any document; `done` is what was shipped, received or transferred of it.

    On a transfer and an adjustment `unit_price` is the unit cost; an adjustment's quantity is signed.
    `uom_size` is how many stocking units a unit of sale holds, 0 where it is sold by the piece.
    """

    id: int
    option_id: int
    code: str | None
    name: str
    quantity: Decimal
    done: Decimal = Decimal(0)
    unit_price: Decimal = Decimal(0)
    discount: Decimal = Decimal(0)
    parent_id: int = 0
    sizes: tuple[SizeQuantity, ...] = ()
    unit_cost: Decimal = Decimal(0)
    uom_size: Decimal = Decimal(0)

    @property
    def amount(self) -> Decimal:
        """What it comes to, less its discount."""
        return round(self.quantity * self.unit_price - self.discount, 4)


@dataclass(frozen=True)
class Document:
    """What every document has; `deleted_at` is set where Cin7 no longer returns it."""

    id: int
    reference: str
    created_at: datetime
    modified_at: datetime
    is_approved: bool
    lines: tuple[Line, ...]
    stage: str = "New"
    is_void: bool = False
    deleted_at: datetime | None = None
    custom_fields: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class SalesOrder(Document):
    """A sales order of any source.

    `tax_rate` is a fraction or a percentage, as it was entered. The two errors are what its stated
    totals are wrong by: 0 unless somebody wrote over them.
    """

    member_id: int = 0
    branch_id: int = 0
    source: str | None = None
    company: str = ""
    project_name: str | None = None
    customer_order_no: str | None = None
    currency: str = "AUD"
    tax_status: str = "Excl"
    due_at: datetime | None = None
    invoiced_at: datetime | None = None
    dispatched_at: datetime | None = None
    cancelled_at: datetime | None = None
    distribution_branch_id: int = 0
    delivery_country: str | None = "Australia"
    currency_rate: Decimal = Decimal(1)
    freight: Decimal = Decimal(0)
    surcharge: Decimal = Decimal(0)
    discount_total: Decimal = Decimal(0)
    tax_rate: Decimal = Decimal("0.1")
    product_total_error: Decimal = Decimal(0)
    total_error: Decimal = Decimal(0)

    @property
    def product_total(self) -> Decimal:
        """The stated sum of the lines, to the cent; kit components are in their kit's line."""
        goods = sum((line.amount for line in self.lines if not line.parent_id), Decimal(0))
        return goods.quantize(CENT, ROUND_HALF_UP) + self.product_total_error

    @property
    def total(self) -> Decimal:
        """The stated sum of its parts, to the cent, with tax where prices are without."""
        net = self.product_total + self.freight + self.surcharge - self.discount_total
        rate = self.tax_rate / 100 if self.tax_rate > 1 else self.tax_rate
        due = net * (1 + rate) if self.tax_status == "Excl" else net
        return due.quantize(CENT, ROUND_HALF_UP) + self.total_error


@dataclass(frozen=True)
class PurchaseOrder(Document):
    """A purchase order; `eta_at` is estimatedArrivalDate, `etd_at` estimatedDeliveryDate."""

    member_id: int = 0
    branch_id: int = 0
    currency: str = "USD"
    etd_at: datetime | None = None
    eta_at: datetime | None = None
    received_at: datetime | None = None
    cancelled_at: datetime | None = None
    accepted_at: datetime | None = None
    currency_rate: Decimal = Decimal(1)


@dataclass(frozen=True)
class Transfer(Document):
    """A branch transfer."""

    source_branch_id: int = 0
    destination_branch_id: int = 0
    approved_at: datetime | None = None
    dispatched_at: datetime | None = None
    received_at: datetime | None = None


@dataclass(frozen=True)
class CreditNote(Document):
    """A credit note; its lines' quantities are negative."""

    member_id: int = 0
    branch_id: int = 0
    sales_reference: str = ""
    source: str | None = None
    company: str = ""
    project_name: str | None = None
    currency: str = "AUD"
    credited_at: datetime | None = None
    completed_at: datetime | None = None
    currency_rate: Decimal = Decimal(1)


@dataclass(frozen=True)
class Adjustment(Document):
    """A stock adjustment; a line's quantity is the signed change, its `unit_price` the unit cost."""

    branch_id: int = 0
    completed_at: datetime | None = None
    reason: str = ""


@dataclass(frozen=True)
class ProductionJob(Document):
    """A production job; it has `products` and no lines."""

    branch_id: int = 0
    due_at: datetime | None = None
    completed_at: datetime | None = None
    products: tuple[Assembly, ...] = ()


@dataclass(frozen=True)
class Ledger:
    """Everything the merchant's account holds at `timestamp`, deleted documents included and marked."""

    timestamp: datetime
    products: list[Product] = field(default_factory=list)
    options: list[Option] = field(default_factory=list)
    branches: list[Branch] = field(default_factory=list)
    contacts: list[Contact] = field(default_factory=list)
    sales_orders: list[SalesOrder] = field(default_factory=list)
    purchase_orders: list[PurchaseOrder] = field(default_factory=list)
    transfers: list[Transfer] = field(default_factory=list)
    credit_notes: list[CreditNote] = field(default_factory=list)
    adjustments: list[Adjustment] = field(default_factory=list)
    production_jobs: list[ProductionJob] = field(default_factory=list)
    bom_masters: list[BomMaster] = field(default_factory=list)
    stock: list[StockRow] = field(default_factory=list)
