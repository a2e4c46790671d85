/*
about: >-
  Units that left the shelf and units that came back, by the day they count for: demand, and what
  is left out of it, by the settings or as an exchange on a credit note. What lines of orders below
  0 have at a price came back. One row per line and size of an order or credit note.
grain: [document_kind, document_id, line_id, size]
columns:
  document_kind: sales_order or credit_note.
  document_id:
  line_id:
  size: Size of the item; '' when unsized.
  product_option_id: Option of the item.
  sku: The item's sku.
  warehouse:
  channel: Channel of the document.
  buyer_id: Customer who bought; null on returns, of 0 units and where the order has none.
  original_order_number: Reference of the order that a sale belongs to, back orders together,
    its id where it has none; null on returns and of 0 units.
  day_on: Day of the sale or of the return, local date.
  sold_quantity: Units sold; 0 on returns.
  returned_quantity: Units returned, positive; 0 on sales.
  left_out_by: Channel or customer group by which the settings leave the line out of demand, or that
    it is an exchange; null where it is demand.
checks:
  day_on_is_not_null: day_on is not null
*/
with

left_out_lines as (
    select
        line_number,
        size,
        bool_and(rule = 'negative_return') as is_demand,
        bool_or(rule = 'positive_credit') as is_exchange
    from core.line_exclusions
    group by line_number, size
    having
        bool_and(
            rule in (
                'channel_excluded', 'customer_group_excluded', 'negative_return', 'positive_credit'
            )
        )
),

lines as (
    select
        document_kind,
        document_id,
        line_id,
        size,
        product_option_id,
        sku,
        quantity,
        true as is_demand,
        false as is_exchange,
        document_kind = 'credit_note' as is_return
    from core.included_lines
    where document_kind in ('sales_order', 'credit_note')
    union all
    select
        items.document_kind,
        items.document_id,
        items.line_id,
        items.size,
        items.product_option_id,
        items.sku,
        abs(items.quantity) as quantity,
        left_out_lines.is_demand,
        left_out_lines.is_exchange,
        case
            when items.document_kind = 'credit_note' then not left_out_lines.is_exchange
            else items.quantity < 0
        end as is_return
    from left_out_lines
    inner join core.document_line_items as items using (line_number, size)
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
    case
        when
            orders.sales_order_id is not null and not lines.is_return and lines.quantity > 0
            then documents.contact_id
    end as buyer_id,
    case
        when not lines.is_return and lines.quantity > 0
            then coalesce(orders.original_order_number, orders.sales_order_id::varchar)
    end as original_order_number,
    coalesce(orders.sold_on, documents.completed_on) as day_on,
    case when lines.is_return then 0 else lines.quantity end as sold_quantity,
    case when lines.is_return then lines.quantity else 0 end as returned_quantity,
    case
        when lines.is_demand then null
        when lines.is_exchange then 'exchange'
        when attributes.is_channel_excluded then 'channel ' || attributes.channel
        else 'customer group ' || attributes.customer_group
    end as left_out_by
from lines
inner join core.documents as documents using (document_kind, document_id)
inner join core.document_attributes as attributes using (document_kind, document_id)
left join core.sales_orders as orders
    on lines.document_kind = 'sales_order' and lines.document_id = orders.sales_order_id
