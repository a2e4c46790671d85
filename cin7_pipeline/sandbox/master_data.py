"""What the simulated merchant sells, makes and holds, where, and whom it deals with.

The part of the books that documents refer to; the documents themselves are in `ledger`.
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
