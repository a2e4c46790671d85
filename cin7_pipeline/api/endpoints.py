"""Every table we read from Cin7, declared once: path, key, fields, types, lines.

The name of an endpoint is the name of its raw table, its staging model and its asset. A field that
stands here is asked for (`fields=`), typed, stored and described; one that does not is never read,
which is how no person's name, address or phone number gets in. Facts: `cin7-omni-api.md` §5–7.
"""

from cin7_pipeline.api.declaration import Endpoint, Lines, ReadMode, columns

# What is kept of a component of a job or a bill: no notes, in which people may be named.
COMPONENT = "id,productId,productOptionId,type,sort,code,name,unitCost"

PRODUCTS = Endpoint(
    name="products",
    path="v1/Products",
    about="Products as Cin7 has them; what is sold and stocked are their options.",
    mode=ReadMode.WHOLE_ONCE,
    columns=columns(
        id="id supplierId",
        timestamp="createdDate modifiedDate",
        text="status styleCode name brand category subCategory stockControl orderType"
        " optionLabel1 optionLabel2 optionLabel3 salesAccount purchasesAccount",
        number="weight volume",
        custom_fields="customFields",
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
        email_state="email",
        custom_fields="customFields",
    ),
)

SALES_ORDERS = Endpoint(
    name="sales_orders",
    path="v1/SalesOrders",
    about="Sales orders of every status, dispatched or not.",
    open_when="dispatched_date is null and not coalesce(is_void, false)"
    " and upper(coalesce(status, '')) <> 'VOID'",
    open_where="dispatchedDate IS NULL AND isVoid = 0",
    columns=columns(
        id="id memberId branchId distributionBranchId",
        timestamp="createdDate modifiedDate estimatedDeliveryDate invoiceDate dispatchedDate"
        " cancellationDate",
        flag="isApproved isVoid",
        text="status stage reference company projectName customerOrderNo source"
        " currencyCode taxStatus deliveryCountry",
        number="productTotal freightTotal surcharge discountTotal total taxRate",
        rate="currencyRate",
        email_state="memberEmail",
        custom_fields="customFields",
    ),
    lines=Lines(
        table="sales_order_lines",
        parent_key="sales_order_id",
        columns=columns(
            id="id parentId productId productOptionId sort",
            text="code name integrationRef",
            number="qty qtyShipped holdingQty unitPrice unitCost discount uomSize",
            parts="sizes(name,code,barcode,qty)",
        ),
    ),
)

PURCHASE_ORDERS = Endpoint(
    name="purchase_orders",
    path="v1/PurchaseOrders",
    about="Purchase orders; a line's `qtyShipped` is what has been received.",
    open_when="fully_received_date is null and not coalesce(is_void, false)"
    " and upper(coalesce(status, '')) <> 'VOID'",
    open_where="fullyReceivedDate IS NULL AND isVoid = 0",
    columns=columns(
        id="id memberId branchId",
        timestamp="createdDate modifiedDate estimatedDeliveryDate estimatedArrivalDate"
        " fullyReceivedDate supplierAcceptanceDate invoiceDate cancellationDate",
        flag="isApproved isVoid",
        text="status stage reference company projectName currencyCode taxStatus",
        number="productTotal freightTotal total taxRate",
        rate="currencyRate",
        custom_fields="customFields",
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
    open_where="receivedDate IS NULL",
    columns=columns(
        id="id sourceBranchId destinationBranchId",
        timestamp="createdDate modifiedDate approvalDate dispatchedDate receivedDate",
        flag="isApproved",
        text="stage reference",
        custom_fields="customFields",
    ),
    lines=Lines(
        table="branch_transfer_lines",
        parent_key="branch_transfer_id",
        columns=columns(
            id="id parentId productId productOptionId sort",
            text="code name",
            number="qty qtyTransferred unitCost",
            parts="sizes(name,code,barcode,qty)",
        ),
    ),
)

CREDIT_NOTES = Endpoint(
    name="credit_notes",
    path="v1/CreditNotes",
    about="Credit notes; their quantities are negative, `completedDate` is the return of the goods.",
    open_when="completed_date is null and upper(coalesce(status, '')) <> 'VOID'",
    open_where="completedDate IS NULL AND status <> 'VOID'",
    columns=columns(
        id="id memberId branchId",
        timestamp="createdDate modifiedDate creditNoteDate completedDate",
        flag="isApproved",
        text="status reference salesReference company projectName source currencyCode taxStatus",
        number="productTotal total taxRate",
        rate="currencyRate",
        custom_fields="customFields",
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

ADJUSTMENTS = Endpoint(
    name="adjustments",
    path="v1/Adjustments",
    about="Stock adjustments; `qtyAdjusted` is signed and moves stock on `completedDate`.",
    open_when="completed_date is null",
    open_where="completedDate IS NULL",
    columns=columns(
        id="id branchId",
        timestamp="createdDate modifiedDate completedDate",
        flag="isApproved",
        text="reference adjustmentReason source",
    ),
    lines=Lines(
        table="adjustment_lines",
        parent_key="adjustment_id",
        columns=columns(
            id="id productId productOptionId sort",
            text="code name",
            number="qty qtyAdjusted unitCost",
        ),
    ),
)

PRODUCTION_JOBS = Endpoint(
    name="production_jobs",
    path="v1/ProductionJobs",
    about="Production jobs; what they make are their products, what that takes are the components.",
    open_when="completed_date is null",
    open_where="completedDate IS NULL",
    columns=columns(
        id="id branchId",
        timestamp="createdDate modifiedDate dueDate completedDate",
        flag="isApproved",
        text="reference source",
    ),
    lines=Lines(
        field="products",
        table="production_job_products",
        parent_key="production_job_id",
        columns=columns(
            id="id productId productOptionId sort",
            text="type code name",
            number="standardQty actualQty",
            parts=f"components({COMPONENT},standardQty,actualQty)",
        ),
    ),
)

BOM_MASTERS = Endpoint(
    name="bom_masters",
    path="v2/BomMasters",
    about="Bills of materials: what one unit of a product is made of.",
    mode=ReadMode.WHOLE_ONCE,
    columns=columns(id="id", timestamp="createdDate modifiedDate", text="reference"),
    lines=Lines(
        field="products",
        table="bom_master_products",
        parent_key="bom_master_id",
        columns=columns(
            id="id productId productOptionId sort",
            text="code name",
            number="qty",
            parts=f"components({COMPONENT},qty)",
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

DOCUMENTS = (
    SALES_ORDERS,
    PURCHASE_ORDERS,
    BRANCH_TRANSFERS,
    CREDIT_NOTES,
    ADJUSTMENTS,
    PRODUCTION_JOBS,
)
REFERENCE_DATA = (PRODUCTS, PRODUCT_OPTIONS, CONTACTS, BRANCHES, BOM_MASTERS, STOCK)
ENDPOINTS = {endpoint.name: endpoint for endpoint in (*DOCUMENTS, *REFERENCE_DATA)}
