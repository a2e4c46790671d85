"""This module defines what the simulated merchant's account holds at one time, without Cin7's spelling.

Quantities are stocking units, prices are in the document's currency, times are UTC. How it comes
about is in `simulation`; how Cin7 writes it in `serializers`.
"""

from dataclasses import dataclass, field
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal

CENT = Decimal("0.01")


@dataclass(frozen=True)
class Component:
    """How much of one item goes into a kit."""

    option_id: int
    size: str
    quantity: Decimal

    @property
    def key(self) -> tuple[int, str]:
        """What stock is counted by."""
        return self.option_id, self.size


@dataclass(frozen=True)
class Product:
    """A product; what is sold are its options. `components` is filled on kits only."""

    id: int
    style_code: str
    name: str
    brand: str
    category: str
    sub_category: str
    supplier_id: int
    order_type: str
    status: str
    stock_control: str
    weight: Decimal
    volume: Decimal
    created_at: datetime
    modified_at: datetime
    components: tuple[Component, ...] = ()
    custom_fields: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Pack:
    """A unit of measure that holds several stocking units; `supplier_code` where suppliers sell it."""

    code: str
    quantity: Decimal
    supplier_code: str = ""


@dataclass(frozen=True)
class Option:
    """One option × size; on a size grid several share an id. `size` is '' when unsized.

    `prices` has the keys of Cin7's priceColumns: tier and currency (`wholesaleAUD`, `costUSD`).
    """

    id: int
    size: str
    product_id: int
    status: str
    code: str | None
    option_code: str
    size_code: str | None
    supplier_code: str
    barcode: str
    option_1: str
    option_2: str
    option_3: str
    weight: Decimal
    prices: dict[str, Decimal]
    created_at: datetime
    modified_at: datetime
    packs: tuple[Pack, ...] = ()

    @property
    def key(self) -> tuple[int, str]:
        """What stock is counted by."""
        return self.id, self.size

    @property
    def sku(self) -> str:
        """The code it goes by: its own, else its size's, else its option's."""
        return self.code or self.size_code or self.option_code


@dataclass(frozen=True)
class Branch:
    """A place that holds stock."""

    id: int
    name: str
    branch_type: str
    is_active: bool
    created_at: datetime
    modified_at: datetime


@dataclass(frozen=True)
class Contact:
    """A customer or supplier; `email` and `person` are invented and must never reach a table."""

    id: int
    type: str
    company: str
    group: str
    email: str
    person: str
    is_active: bool
    created_at: datetime
    modified_at: datetime
    sub_group: str = ""
    price_column: str = ""
    custom_fields: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Part:
    """A component of an assembly; `done` is what a finished job really took of it."""

    id: int
    option_id: int
    code: str
    name: str
    quantity: Decimal
    done: Decimal = Decimal(0)


@dataclass(frozen=True)
class Assembly:
    """What is made and what goes into it.

    On a BOM quantities are per unit made; on a job they are totals, and `done` is what was made.
    """

    id: int
    option_id: int
    code: str
    name: str
    quantity: Decimal
    components: tuple[Part, ...]
    done: Decimal = Decimal(0)


@dataclass(frozen=True)
class BomMaster:
    """A bill of materials."""

    id: int
    reference: str
    created_at: datetime
    modified_at: datetime
    products: tuple[Assembly, ...]


@dataclass(frozen=True)
class StockRow:
    """Cin7's own stock figures of one option × size at one branch."""

    option_id: int
    size: str
    branch_id: int
    code: str
    on_hand: Decimal
    open_sales: Decimal
    incoming: Decimal
    holding: Decimal
    virtual: Decimal
    modified_at: datetime

    @property
    def available(self) -> Decimal:
        """Cin7's definition: on hand less open sales."""
        return self.on_hand - self.open_sales


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
