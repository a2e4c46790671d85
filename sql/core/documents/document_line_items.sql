/*
about: >-
  Lines as items: what was sold, bought, moved or taken back, before any rule leaves it out.
  One row per line and size.
grain: [line_number, size]
columns:
  line_number:
  document_kind:
  document_id:
  line_id:
  is_component:
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

-- Sizes of a line that are one item are added up; a line without sizes is one item at most.
line_items as (
    select
        links.line_number,
        links.item_size as size,
        links.item_option_id as product_option_id,
        sum(parts.quantity)::decimal(18, 4) as ordered_quantity,
        sum(parts.fulfilled_quantity)::decimal(18, 4) as fulfilled_quantity,
        sum(parts.discount)::decimal(18, 4) as discount
    from core.document_line_item_links as links
    inner join core.document_line_allocations as parts using (line_number, size)
    group by links.line_number, links.item_size, links.item_option_id
    union all
    select
        links.line_number,
        links.item_size as size,
        links.item_option_id as product_option_id,
        lines.quantity as ordered_quantity,
        lines.fulfilled_quantity,
        lines.discount
    from core.document_line_item_links as links
    inner join core.document_lines as lines using (line_number)
    where links.size = ''
),

quantities as (
    select
        line_items.*,
        lines.document_kind,
        lines.document_id,
        lines.line_id,
        lines.is_component,
        lines.unit_price,
        lines.fulfilled_quantity > 0 as is_partly_fulfilled,
        case
            when lines.document_kind = 'credit_note' then abs(line_items.ordered_quantity)
            when lines.document_kind = 'sales_order' and lines.fulfilled_quantity > 0
                then line_items.fulfilled_quantity
            else line_items.ordered_quantity
        end as quantity
    from line_items
    inner join core.document_lines as lines using (line_number)
)

select
    quantities.line_number,
    quantities.document_kind,
    quantities.document_id,
    quantities.line_id,
    quantities.is_component,
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
