/*
about: >-
  Units sold and units returned by the day they count for; one row per line and size of an order
  or credit note that no rule leaves out.
grain: [document_kind, document_id, line_id, size]
columns:
  document_kind: sales_order or credit_note.
  document_id:
  line_id:
  size:
  product_option_id:
  sku:
  warehouse:
  channel: Channel of the document.
  buyer_id: Customer who bought; null on returns and where the order has none.
  original_order_number: Reference of the order that a sale belongs to, back orders together,
    its id where it has none; null on returns.
  day_on: Day of the sale or of the return, local date.
  sold_quantity: Units sold; 0 on returns.
  returned_quantity: Units returned, positive; 0 on sales.
checks:
  day_on_is_not_null: day_on is not null
*/
with

lines as (
    select
        document_kind,
        document_id,
        line_id,
        size,
        product_option_id,
        sku,
        case when document_kind = 'sales_order' then quantity else 0 end as sold_quantity,
        case when document_kind = 'credit_note' then quantity else 0 end as returned_quantity
    from core.included_lines
    where document_kind in ('sales_order', 'credit_note')
)

select
    lines.document_kind,
    lines.document_id,
    lines.line_id,
    lines.size,
    lines.product_option_id,
    lines.sku,
    attributes.warehouse,
    attributes.channel,
    case when orders.sales_order_id is not null then documents.contact_id end as buyer_id,
    coalesce(orders.original_order_number, orders.sales_order_id::varchar) as original_order_number,
    coalesce(orders.sold_on, documents.completed_on) as day_on,
    lines.sold_quantity,
    lines.returned_quantity
from lines
inner join core.documents as documents using (document_kind, document_id)
inner join core.document_attributes as attributes using (document_kind, document_id)
left join core.sales_orders as orders
    on lines.document_kind = 'sales_order' and lines.document_id = orders.sales_order_id
