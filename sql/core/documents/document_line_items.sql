/*
about: >-
  Lines as items: what was sold, bought, moved or taken back, before any rule leaves it out.
  One row per line and size.
grain: [document_kind, document_id, line_id, size]
columns:
  document_kind:
  document_id:
  line_id:
  size: Size of the item; where there is no item, the size on the line.
  product_option_id: Option of the item; null where the line is only a description.
  sku: The item's sku; null where the line is only a description.
  ordered_quantity: Units ordered; negative on credit notes.
  fulfilled_quantity: Units shipped or received as Cin7 says.
  is_partly_fulfilled: True where something of the whole line was shipped or received.
  quantity: Units of the row; shipped where above 0, else ordered, never negative on credit
    notes.
  unit_price:
  discount: Discount on the row in document currency.
  value: Quantity times price less discount, in document currency.
*/
with

item_rows as (
    select
        links.document_kind,
        links.document_id,
        links.line_id,
        links.item_size as size,
        links.item_option_id as product_option_id,
        sum(parts.quantity)::decimal(18, 4) as ordered_quantity,
        sum(parts.fulfilled_quantity)::decimal(18, 4) as fulfilled_quantity,
        sum(parts.discount)::decimal(18, 4) as discount
    from core.document_line_item_links as links
    inner join core.document_line_allocations as parts
        using (document_kind, document_id, line_id, size)
    group by
        links.document_kind,
        links.document_id,
        links.line_id,
        links.item_size,
        links.item_option_id
),

quantities as (
    select
        item_rows.*,
        lines.unit_price,
        lines.fulfilled_quantity > 0 as is_partly_fulfilled,
        case
            when item_rows.document_kind = 'credit_note' then abs(item_rows.ordered_quantity)
            when item_rows.document_kind = 'sales_order' and lines.fulfilled_quantity > 0
                then item_rows.fulfilled_quantity
            else item_rows.ordered_quantity
        end as quantity
    from item_rows
    inner join core.document_lines as lines using (document_kind, document_id, line_id)
)

select
    quantities.document_kind,
    quantities.document_id,
    quantities.line_id,
    quantities.size,
    quantities.product_option_id,
    items.sku,
    quantities.ordered_quantity,
    quantities.fulfilled_quantity,
    quantities.is_partly_fulfilled,
    quantities.quantity,
    quantities.unit_price,
    quantities.discount,
    round(
        quantities.quantity * quantities.unit_price - quantities.discount, 4
    )::decimal(18, 4) as value
from quantities
left join core.items as items using (product_option_id, size)
