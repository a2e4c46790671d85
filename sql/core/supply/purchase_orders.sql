/*
about: Purchase orders with their state; one row per order.
grain: [purchase_order_id]
columns:
  purchase_order_id:
  order_number: Reference of the order.
  status: Cin7's own status.
  state: Draft, Active, Delivered or Archived.
  supplier_id:
  supplier: Company of the supplier, else its id, else unknown.
  lane: The supplier, as the key of its usual days; null without a supplier.
  branch_id: Branch that receives.
  warehouse: Warehouse of that branch.
  currency: Currency of the order (ISO code).
  is_deleted: True once the order is deleted in Cin7.
  created_on: Day the order was created, local date; null where it cannot be.
  etd_on: Estimated time of delivery, local date; null where it cannot be.
  eta_on: Estimated time of arrival, local date; null where it cannot be.
  received_on: Day of full receipt, local date; null where it has not come or cannot be.
checks:
  state_is_known: state in ('Draft', 'Active', 'Delivered', 'Archived')
*/
with

receipts as (
    select
        lines.document_id,
        bool_and(lines.fulfilled_quantity >= lines.quantity) as is_complete
    from core.document_lines as lines
    where
        lines.document_kind = 'purchase_order'
        and not lines.is_component
        and lines.quantity > 0
        and exists (
            select 1
            from core.document_line_items as items
            where
                items.document_kind = lines.document_kind
                and items.document_id = lines.document_id
                and items.line_id = lines.line_id
                and items.product_option_id is not null
        )
    group by lines.document_id
)

select
    orders.purchase_order_id,
    orders.order_number,
    orders.status,
    case
        when documents.is_void then 'Archived'
        when not documents.is_approved then 'Draft'
        when dates.received_on is not null or coalesce(receipts.is_complete, false)
            then 'Delivered'
        else 'Active'
    end as state,
    orders.supplier_id,
    coalesce(
        nullif(trim(contacts.company), ''), 'Supplier ' || orders.supplier_id, 'unknown'
    ) as supplier,
    orders.supplier_id::varchar as lane,
    orders.branch_id,
    attributes.warehouse,
    orders.currency,
    documents.is_deleted,
    dates.created_on,
    dates.etd_on,
    dates.eta_on,
    dates.received_on
from staging.purchase_orders as orders
inner join core.documents as documents
    on
        documents.document_kind = 'purchase_order'
        and orders.purchase_order_id = documents.document_id
inner join core.document_attributes as attributes using (document_kind, document_id)
inner join core.purchase_order_dates as dates using (purchase_order_id)
left join receipts on orders.purchase_order_id = receipts.document_id
left join staging.contacts as contacts on orders.supplier_id = contacts.contact_id
