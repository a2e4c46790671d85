"""Every table we read from Cin7, declared once: path, key, fields, types, lines.

The name of an endpoint is the name of its raw table, its staging model and its asset. A field that
stands here is asked for (`fields=`), typed, stored and described; one that does not is never read,
which is how no person's name, address or phone number gets in. Facts: `cin7-omni-api.md` §5–7.
"""

import re
from dataclasses import dataclass
from enum import StrEnum


class ColumnType(StrEnum):
    """What a field holds; `load/decode.py` says how each is checked and stored."""

    ID = "bigint"
    TEXT = "text"
    KEY_TEXT = "text, '' when unset"
    TIMESTAMP = "timestamp (UTC)"
    NUMBER = "decimal(18,4)"
    RATE = "decimal(18,8)"
    FLAG = "boolean"
    JSON = "json"
    EMAIL_HASH = "salted hash of an e-mail address"


class ReadMode(StrEnum):
    """How much of an endpoint a sync reads."""

    WINDOW = "by window"
    WHOLE_ONCE = "whole the first time, by window after that"
    WHOLE = "whole every time"


@dataclass(frozen=True)
class Column:
    """One field of Cin7 and the raw column it becomes."""

    field: str
    type: ColumnType

    @property
    def name(self) -> str:
        """The field in snake_case; an e-mail address is only ever stored as its hash."""
        name = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", self.field).lower()
        return f"{name}_hash" if self.type is ColumnType.EMAIL_HASH else name


def columns(**fields_by_type: str) -> tuple[Column, ...]:
    """Columns from `type="field field …"`; the types are names of `ColumnType` in lower case."""
    return tuple(
        Column(field, ColumnType[kind.upper()])
        for kind, fields in fields_by_type.items()
        for field in fields.split()
    )


@dataclass(frozen=True)
class Lines:
    """The `lineItems` of a document: they are replaced together with it, in one transaction."""

    table: str
    parent_key: str
    columns: tuple[Column, ...]


@dataclass(frozen=True)
class Endpoint:
    """One list of the API and the raw tables it becomes.

    `page_key` is the field pages are ordered and continued by; where `key` has more columns than it,
    one value of it may span several rows. `open_when` is SQL over the raw table: what may still
    change without ever coming back into a window, and is asked for by id.
    """

    name: str
    path: str
    about: str
    columns: tuple[Column, ...]
    key: tuple[str, ...] = ("id",)
    page_key: str = "id"
    mode: ReadMode = ReadMode.WINDOW
    lines: Lines | None = None
    open_when: str | None = None

    @property
    def fields(self) -> str:
        """The `fields=` parameter: everything declared here and nothing else."""
        own = ",".join(column.field for column in self.columns)
        if self.lines is None:
            return own
        return f"{own},lineItems({','.join(column.field for column in self.lines.columns)})"

    @property
    def has_tied_rows(self) -> bool:
        """True where several rows share one `page_key`, so that a page may end inside them."""
        return len(self.key) > 1

    @property
    def permission(self) -> str:
        """What the key's permission toggle is called in Cin7."""
        return f"{self.path.rsplit('/', 1)[-1]} × Read"

    @property
    def tables(self) -> tuple[str, ...]:
        """The raw tables this endpoint fills."""
        return (self.name,) if self.lines is None else (self.name, self.lines.table)


PRODUCTS = Endpoint(
    name="products",
    path="v1/Products",
    about="Products as Cin7 has them; what is sold and stocked are their options.",
    mode=ReadMode.WHOLE_ONCE,
    columns=columns(
        id="id supplierId",
        timestamp="createdDate modifiedDate",
        text="status styleCode name brand category subCategory stockControl orderType"
        " optionLabel1 optionLabel2 optionLabel3",
        number="weight volume",
    ),
)

PRODUCT_OPTIONS = Endpoint(
    name="product_options",
    path="v1/ProductOptions",
    about="Options (SKUs); on size-grid accounts one row per size, all with the option's id.",
    mode=ReadMode.WHOLE_ONCE,
    key=("id", "size"),
    columns=columns(
        id="id productId",
        key_text="size",
        timestamp="createdDate modifiedDate",
        text="status code barcode productOptionCode productOptionSizeCode supplierCode"
        " option1 option2 option3",
        number="optionWeight retailPrice wholesalePrice vipPrice specialPrice",
        json="priceColumns",
    ),
)

BRANCHES = Endpoint(
    name="branches",
    path="v1/Branches",
    about="Branches: the places that hold stock; `company` is the branch's name.",
    mode=ReadMode.WHOLE,
    columns=columns(
        id="id",
        timestamp="createdDate modifiedDate",
        flag="isActive",
        text="company branchType",
    ),
)

CONTACTS = Endpoint(
    name="contacts",
    path="v1/Contacts",
    about="Customers and suppliers without anything that names a person.",
    mode=ReadMode.WHOLE_ONCE,
    columns=columns(
        id="id",
        timestamp="createdDate modifiedDate",
        flag="isActive",
        text="type company group subGroup priceColumn",
        email_hash="email",
    ),
)

SALES_ORDERS = Endpoint(
    name="sales_orders",
    path="v1/SalesOrders",
    about="Sales orders of every status, dispatched or not.",
    open_when="dispatched_date is null and not coalesce(is_void, false)"
    " and upper(coalesce(status, '')) <> 'VOID'",
    columns=columns(
        id="id memberId branchId distributionBranchId",
        timestamp="createdDate modifiedDate estimatedDeliveryDate invoiceDate dispatchedDate"
        " cancellationDate",
        flag="isApproved isVoid",
        text="status stage reference company projectName customerOrderNo source"
        " currencyCode taxStatus deliveryCountry",
        number="productTotal freightTotal surcharge discountTotal total taxRate",
        rate="currencyRate",
    ),
    lines=Lines(
        table="sales_order_lines",
        parent_key="sales_order_id",
        columns=columns(
            id="id parentId productId productOptionId sort",
            text="code name integrationRef",
            number="qty qtyShipped holdingQty unitPrice unitCost discount uomSize",
            json="sizes",
        ),
    ),
)

PURCHASE_ORDERS = Endpoint(
    name="purchase_orders",
    path="v1/PurchaseOrders",
    about="Purchase orders; a line's `qtyShipped` is what has been received.",
    open_when="fully_received_date is null and not coalesce(is_void, false)"
    " and upper(coalesce(status, '')) <> 'VOID'",
    columns=columns(
        id="id memberId branchId",
        timestamp="createdDate modifiedDate estimatedDeliveryDate estimatedArrivalDate"
        " fullyReceivedDate supplierAcceptanceDate invoiceDate cancellationDate",
        flag="isApproved isVoid",
        text="status stage reference company projectName currencyCode taxStatus",
        number="productTotal freightTotal total taxRate",
        rate="currencyRate",
    ),
    lines=Lines(
        table="purchase_order_lines",
        parent_key="purchase_order_id",
        columns=columns(
            id="id parentId productId productOptionId sort",
            text="code name sizeCodes",
            number="qty qtyShipped unitPrice discount",
        ),
    ),
)

BRANCH_TRANSFERS = Endpoint(
    name="branch_transfers",
    path="v1/BranchTransfers",
    about="Transfers between branches; Cin7 gives them neither a status nor a void flag.",
    open_when="received_date is null",
    columns=columns(
        id="id sourceBranchId destinationBranchId",
        timestamp="createdDate modifiedDate approvalDate dispatchedDate receivedDate",
        flag="isApproved",
        text="stage reference",
    ),
    lines=Lines(
        table="branch_transfer_lines",
        parent_key="branch_transfer_id",
        columns=columns(
            id="id parentId productId productOptionId sort",
            text="code name",
            number="qty qtyTransferred unitCost",
            json="sizes",
        ),
    ),
)

CREDIT_NOTES = Endpoint(
    name="credit_notes",
    path="v1/CreditNotes",
    about="Credit notes; their quantities are negative, `completedDate` is the return of the goods.",
    open_when="completed_date is null and upper(coalesce(status, '')) <> 'VOID'",
    columns=columns(
        id="id memberId branchId",
        timestamp="createdDate modifiedDate creditNoteDate completedDate",
        flag="isApproved",
        text="status reference salesReference company projectName source currencyCode taxStatus",
        number="productTotal total taxRate",
        rate="currencyRate",
    ),
    lines=Lines(
        table="credit_note_lines",
        parent_key="credit_note_id",
        columns=columns(
            id="id parentId productId productOptionId sort",
            text="code name sizeCodes",
            number="qty qtyShipped unitPrice discount",
        ),
    ),
)

STOCK = Endpoint(
    name="stock",
    path="v1/Stock",
    about="Stock per option, size and branch as it is now; Cin7 keeps no history of it.",
    mode=ReadMode.WHOLE,
    key=("product_option_id", "branch_id", "size"),
    page_key="productOptionId",
    columns=columns(
        id="productOptionId branchId productId",
        key_text="size",
        timestamp="modifiedDate",
        text="code",
        number="stockOnHand openSales available incoming virtual holding",
    ),
)

DOCUMENTS = (SALES_ORDERS, PURCHASE_ORDERS, BRANCH_TRANSFERS, CREDIT_NOTES)
REFERENCE_DATA = (PRODUCTS, PRODUCT_OPTIONS, CONTACTS, BRANCHES, STOCK)
ENDPOINTS = {endpoint.name: endpoint for endpoint in (*DOCUMENTS, *REFERENCE_DATA)}
