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

-- Sizes of a line that are one item are added up.
sized_items as (
    select
        links.line_number,
        links.item_option_id as product_option_id,
        links.item_size as size,
        sum(parts.quantity)::decimal(18, 4) as ordered_quantity,
        sum(parts.fulfilled_quantity)::decimal(18, 4) as fulfilled_quantity,
        sum(parts.discount)::decimal(18, 4) as discount
    from core.document_line_item_links as links
    inner join core.document_line_allocations as parts using (line_number, size)
    group by links.line_number, links.item_option_id, links.item_size
),

line_items as (
    select
        lines.* exclude (product_option_id, quantity, fulfilled_quantity, discount),
        lines.fulfilled_quantity > 0 as is_partly_fulfilled,
        sized_items.product_option_id,
        sized_items.size,
        items.sku,
        sized_items.ordered_quantity,
        sized_items.fulfilled_quantity,
        sized_items.discount
    from sized_items
    inner join core.document_lines as lines using (line_number)
    left join core.items as items
        on
            sized_items.product_option_id = items.product_option_id
            and sized_items.size = items.size
    where lines.sizes is not null
    union all by name
    select
        lines.* exclude (product_option_id, quantity),
        lines.fulfilled_quantity > 0 as is_partly_fulfilled,
        coalesce(linked.product_option_id, coded.product_option_id) as product_option_id,
        coalesce(linked.size, coded.size, '') as size,
        coalesce(linked.sku, coded.code) as sku,
        lines.quantity as ordered_quantity
    from core.document_lines as lines
    left join core.linked_items as linked
        on lines.product_option_id = linked.product_option_id and linked.line_size = ''
    left join core.coded_items as coded on lines.code = coded.code
    where lines.sizes is null
),

quantities as (
    select
        *,
        case
            when document_kind = 'credit_note' then abs(ordered_quantity)
            when document_kind = 'sales_order' and is_partly_fulfilled then fulfilled_quantity
            else ordered_quantity
        end as quantity
    from line_items
)

select
    line_number,
    document_kind,
    document_id,
    line_id,
    is_component,
    size,
    product_option_id,
    sku,
    ordered_quantity,
    fulfilled_quantity,
    is_partly_fulfilled,
    quantity,
    unit_price,
    discount,
    round(quantity * unit_price - discount, 4)::decimal(18, 4) as value
from quantities
