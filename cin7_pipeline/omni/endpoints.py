"""This module declares every table we read from Cin7, once: path, key, fields, types, lines, references.

The name of an endpoint is the name of its raw table, its staging model and its asset. A field that is
declared here is asked for (`fields=`), typed, stored and described; one that is not is never read, which
is how no person's name, address or phone number gets in. Facts about the API: `omni/README.md`.
"""

from cin7_pipeline.omni.endpoint import Endpoint, NestedTable, Reference, SyncMode, columns

# What is kept of a component of a job or a bill: no notes, in which people may be named.
COMPONENT = "id,productId,productOptionId,type,sort,code,name,unitCost"

MEMBER = Reference("contacts", "member_id")
OPTION_OF_LINE = Reference("product_options", "product_option_id")
# The options of what a job or a bill takes are in its list of components.
OPTIONS_OF_COMPONENTS = Reference(
    "product_options",
    """
    unnest(list_transform(
        json_extract_string(components, '$[*].productOptionId'), lambda id: try_cast(id as bigint)
    ))
    """,
)

PRODUCTS = Endpoint(
    name="products",
    path="v1/Products",
    about="Products as Cin7 has them; what is sold and stocked are their options.",
    mode=SyncMode.FULL_THEN_INCREMENTAL,
    references=(Reference("contacts", "supplier_id"),),
    columns=columns(
        id="id supplierId",
        timestamp="createdDate modifiedDate",
        text="status styleCode name brand category subCategory stockControl orderType"
        " optionLabel1 optionLabel2 optionLabel3 salesAccount purchasesAccount",
        decimal="weight volume",
        custom_fields="customFields",
    ),
)

PRODUCT_OPTIONS = Endpoint(
    name="product_options",
    path="v1/ProductOptions",
    about="Options (SKUs); on size-grid accounts one row per size, all with the option's id.",
    mode=SyncMode.FULL_THEN_INCREMENTAL,
    key=("id", "size"),
    references=(Reference("products", "product_id"),),
    columns=columns(
        id="id productId",
        text_not_null="size",
        timestamp="createdDate modifiedDate",
        text="status code barcode productOptionCode productOptionSizeCode supplierCode"
        " option1 option2 option3",
        decimal="optionWeight retailPrice wholesalePrice vipPrice specialPrice",
        json="priceColumns",
        json_list="uomOptions(code,quantity,supplierCode)",
    ),
)

BRANCHES = Endpoint(
    name="branches",
    path="v1/Branches",
    about="Branches: the places that hold stock; `company` is the branch's name.",
    mode=SyncMode.FULL_REFRESH,
    columns=columns(
        id="id",
        timestamp="createdDate modifiedDate",
        boolean="isActive",
        text="company branchType",
    ),
)

CONTACTS = Endpoint(
    name="contacts",
    path="v1/Contacts",
    about="Customers and suppliers without anything that names a person.",
    mode=SyncMode.FULL_THEN_INCREMENTAL,
    personal="company group sub_group email_hash custom_fields",
    columns=columns(
        id="id",
        timestamp="createdDate modifiedDate",
        boolean="isActive",
        text="type company group subGroup priceColumn",
        email_hash="email",
        email_validity="email",
        custom_fields="customFields",
    ),
)

SALES_ORDERS = Endpoint(
    name="sales_orders",
    path="v1/SalesOrders",
    about="Sales orders of every status, dispatched or not.",
    open_sql="dispatched_date is null and not coalesce(is_void, false)"
    " and upper(coalesce(status, '')) <> 'VOID'",
    open_filter="dispatchedDate IS NULL AND isVoid = 0",
    references=(MEMBER,),
    tracked="status stage is_approved is_void branch_id distribution_branch_id"
    " estimated_delivery_date invoice_date dispatched_date cancellation_date",
    personal="reference company project_name customer_order_no stage custom_fields",
    columns=columns(
        id="id memberId branchId distributionBranchId",
        timestamp="createdDate modifiedDate estimatedDeliveryDate invoiceDate dispatchedDate"
        " cancellationDate",
        boolean="isApproved isVoid",
        text="status stage reference company projectName customerOrderNo source"
        " currencyCode taxStatus deliveryCountry",
        decimal="productTotal freightTotal surcharge discountTotal total taxRate",
        decimal_8="currencyRate",
        email_validity="memberEmail",
        custom_fields="customFields",
    ),
    lines=NestedTable(
        table="sales_order_lines",
        parent_key="sales_order_id",
        tracked="qty qty_shipped",
        references=(OPTION_OF_LINE,),
        columns=columns(
            id="id parentId productId productOptionId sort",
            text="code name integrationRef",
            decimal="qty qtyShipped holdingQty unitPrice unitCost discount uomSize",
            json_list="sizes(name,code,barcode,qty)",
        ),
    ),
)

PURCHASE_ORDERS = Endpoint(
    name="purchase_orders",
    path="v1/PurchaseOrders",
    about="Purchase orders; a line's `qtyShipped` is what has been received.",
    open_sql="fully_received_date is null and not coalesce(is_void, false)"
    " and upper(coalesce(status, '')) <> 'VOID'",
    open_filter="fullyReceivedDate IS NULL AND isVoid = 0",
    references=(MEMBER,),
    tracked="status stage is_approved is_void branch_id estimated_delivery_date"
    " estimated_arrival_date fully_received_date cancellation_date",
    personal="reference company project_name stage custom_fields",
    columns=columns(
        id="id memberId branchId",
        timestamp="createdDate modifiedDate estimatedDeliveryDate estimatedArrivalDate"
        " fullyReceivedDate supplierAcceptanceDate invoiceDate cancellationDate",
        boolean="isApproved isVoid",
        text="status stage reference company projectName currencyCode taxStatus",
        decimal="productTotal freightTotal discountTotal total taxRate",
        decimal_8="currencyRate",
        custom_fields="customFields",
    ),
    lines=NestedTable(
        table="purchase_order_lines",
        parent_key="purchase_order_id",
        tracked="qty qty_shipped",
        references=(OPTION_OF_LINE,),
        columns=columns(
            id="id parentId productId productOptionId sort",
            text="code name sizeCodes",
            decimal="qty qtyShipped unitPrice discount",
        ),
    ),
)

BRANCH_TRANSFERS = Endpoint(
    name="branch_transfers",
    path="v1/BranchTransfers",
    about="Transfers between branches; Cin7 gives them neither a status nor a void flag.",
    open_sql="received_date is null",
    open_filter="receivedDate IS NULL",
    tracked="stage is_approved source_branch_id destination_branch_id dispatched_date"
    " received_date",
    personal="reference stage custom_fields",
    columns=columns(
        id="id sourceBranchId destinationBranchId",
        timestamp="createdDate modifiedDate approvalDate dispatchedDate receivedDate",
        boolean="isApproved",
        text="stage reference",
        custom_fields="customFields",
    ),
    lines=NestedTable(
        table="branch_transfer_lines",
        parent_key="branch_transfer_id",
        tracked="qty qty_transferred",
        references=(OPTION_OF_LINE,),
        columns=columns(
            id="id parentId productId productOptionId sort",
            text="code name",
            decimal="qty qtyTransferred unitCost",
            json_list="sizes(name,code,barcode,qty)",
        ),
    ),
)

CREDIT_NOTES = Endpoint(
    name="credit_notes",
    path="v1/CreditNotes",
    about="Credit notes; their quantities are negative, `completedDate` is the return of the goods.",
    open_sql="completed_date is null and upper(coalesce(status, '')) <> 'VOID'",
    open_filter="completedDate IS NULL AND status <> 'VOID'",
    references=(MEMBER,),
    tracked="status is_approved branch_id completed_date",
    personal="reference sales_reference company project_name custom_fields",
    columns=columns(
        id="id memberId branchId",
        timestamp="createdDate modifiedDate creditNoteDate completedDate",
        boolean="isApproved",
        text="status reference salesReference company projectName source currencyCode taxStatus",
        decimal="productTotal discountTotal total taxRate",
        decimal_8="currencyRate",
        custom_fields="customFields",
    ),
    lines=NestedTable(
        table="credit_note_lines",
        parent_key="credit_note_id",
        tracked="qty qty_shipped",
        references=(OPTION_OF_LINE,),
        columns=columns(
            id="id parentId productId productOptionId sort",
            text="code name sizeCodes",
            decimal="qty qtyShipped unitPrice discount",
        ),
    ),
)

ADJUSTMENTS = Endpoint(
    name="adjustments",
    path="v1/Adjustments",
    about="Stock adjustments; `qtyAdjusted` is signed and moves stock on `completedDate`.",
    open_sql="completed_date is null",
    open_filter="completedDate IS NULL",
    personal="reference adjustment_reason",
    columns=columns(
        id="id branchId",
        timestamp="createdDate modifiedDate completedDate",
        boolean="isApproved",
        text="reference adjustmentReason source",
    ),
    lines=NestedTable(
        table="adjustment_lines",
        parent_key="adjustment_id",
        references=(OPTION_OF_LINE,),
        columns=columns(
            id="id productId productOptionId sort",
            text="code name",
            decimal="qty qtyAdjusted unitCost",
        ),
    ),
)

PRODUCTION_JOBS = Endpoint(
    name="production_jobs",
    path="v1/ProductionJobs",
    about="Production jobs; what they make are their products, what that takes are the components.",
    open_sql="completed_date is null",
    open_filter="completedDate IS NULL",
    personal="reference",
    columns=columns(
        id="id branchId",
        timestamp="createdDate modifiedDate dueDate completedDate",
        boolean="isApproved",
        text="reference source",
    ),
    lines=NestedTable(
        field="products",
        table="production_job_products",
        parent_key="production_job_id",
        references=(OPTION_OF_LINE, OPTIONS_OF_COMPONENTS),
        columns=columns(
            id="id productId productOptionId sort",
            text="type code name",
            decimal="standardQty actualQty",
            json_list=f"components({COMPONENT},standardQty,actualQty)",
        ),
    ),
)

BOM_MASTERS = Endpoint(
    name="bom_masters",
    path="v2/BomMasters",
    about="Bills of materials: what one unit of a product is made of.",
    mode=SyncMode.FULL_THEN_INCREMENTAL,
    columns=columns(id="id", timestamp="createdDate modifiedDate", text="reference"),
    lines=NestedTable(
        field="products",
        table="bom_master_products",
        parent_key="bom_master_id",
        references=(OPTION_OF_LINE, OPTIONS_OF_COMPONENTS),
        columns=columns(
            id="id productId productOptionId sort",
            text="code name",
            decimal="qty",
            json_list=f"components({COMPONENT},qty)",
        ),
    ),
)

STOCK = Endpoint(
    name="stock",
    path="v1/Stock",
    about="Stock per option, size and branch as it is now; Cin7 keeps no history of it.",
    has_daily_snapshot=True,
    mode=SyncMode.FULL_REFRESH,
    key=("product_option_id", "branch_id", "size"),
    page_key="productOptionId",
    columns=columns(
        id="productOptionId branchId productId",
        text_not_null="size",
        timestamp="modifiedDate",
        text="code",
        decimal="stockOnHand openSales available incoming virtual holding",
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
