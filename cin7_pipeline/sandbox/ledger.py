"""What the simulated merchant's books hold at one moment: facts, without Cin7's way of writing them.

Quantities are stocking units, prices are in the document's currency, moments are UTC.
How the books come about is told in `life`; how Cin7 spells them in `payloads`.
"""

from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal


@dataclass(frozen=True)
class Component:
    """How much of one item goes into a kit."""

    option_id: int
    size: str
    quantity: Decimal


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

    @property
    def key(self) -> tuple[int, str]:
        """What stock is counted by."""
        return self.id, self.size


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
class SizeQuantity:
    """How much of a line is of one size."""

    name: str
    code: str
    quantity: Decimal


@dataclass(frozen=True)
class Line:
    """One line of any document; `done` is what was shipped, received or transferred of it.

    On a transfer `unit_price` is the unit cost.
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
    """A sales order of any source."""

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
class Books:
    """Everything the merchant's account holds at `moment`, deleted documents included and marked."""

    moment: datetime
    products: list[Product] = field(default_factory=list)
    options: list[Option] = field(default_factory=list)
    branches: list[Branch] = field(default_factory=list)
    contacts: list[Contact] = field(default_factory=list)
    sales_orders: list[SalesOrder] = field(default_factory=list)
    purchase_orders: list[PurchaseOrder] = field(default_factory=list)
    transfers: list[Transfer] = field(default_factory=list)
    credit_notes: list[CreditNote] = field(default_factory=list)
    stock: list[StockRow] = field(default_factory=list)
