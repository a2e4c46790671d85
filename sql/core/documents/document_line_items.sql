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
  fulfilled_quantity: Units shipped, received or taken back as Cin7 says.
  is_partly_fulfilled: True where something of the whole line was.
  quantity: Units of the row; shipped or taken back where that is told, else ordered, never negative
    on credit notes.
  unit_price:
  discount: Discount on the units of the row, in document currency.
  value: Quantity times price less discount, in document currency; null where a number of the row
    cannot be.
  implausible_by: quantity_implausible or value_implausible where a number of the line or its share
    cannot be, and is 0 here; null where all can.
*/
with

-- Sizes of a line that are one item are added up.
sized_items as (
    select
        links.line_number,
        links.item_option_id as product_option_id,
        links.item_size as size,
        sum(parts.quantity)::decimal(18, 4) as ordered_quantity,
        sum(parts.fulfilled_quantity) as fulfilled_quantity,
        sum(parts.discount) as discount
    from core.document_line_item_links as links
    inner join core.document_line_allocations as parts using (line_number, size)
    group by links.line_number, links.item_option_id, links.item_size
),

line_items as (
    select
        lines.* exclude (
            product_option_id, quantity, fulfilled_quantity, discount, sold_discount
        ),
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
        lines.* exclude (product_option_id, quantity, discount, sold_discount),
        lines.sold_discount as discount,
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

judged as (
    select
        line_items.* exclude (fulfilled_quantity, discount, implausible_by),
        try_cast(line_items.fulfilled_quantity as decimal(18, 4)) as fulfilled_quantity,
        try_cast(line_items.discount as decimal(18, 4)) as discount,
        case
            when line_items.implausible_by is not null then line_items.implausible_by
            when abs(line_items.fulfilled_quantity) >= limits.unit_limit
                then 'quantity_implausible'
            when abs(line_items.discount) >= limits.money_limit then 'value_implausible'
        end as implausible_by
    from line_items
    cross join core.plausible_numbers as limits
),

quantities as (
    select
        * exclude (fulfilled_quantity, discount),
        case when implausible_by = 'quantity_implausible' then 0 else fulfilled_quantity end
            as fulfilled_quantity,
        case when implausible_by is null then discount else 0 end as discount,
        case
            when implausible_by = 'quantity_implausible' then 0
            when document_kind = 'credit_note' and is_partly_fulfilled
                then least(abs(fulfilled_quantity), abs(ordered_quantity))
            when document_kind = 'credit_note' then abs(ordered_quantity)
            when document_kind = 'sales_order' and is_partly_fulfilled then fulfilled_quantity
            else ordered_quantity
        end as quantity
    from judged
),

-- The product of two such numbers is wider than both.
valued as (
    select
        *,
        round(quantity::decimal(38, 4) * unit_price - discount, 4) as value
    from quantities
)

select
    valued.line_number,
    valued.document_kind,
    valued.document_id,
    valued.line_id,
    valued.is_component,
    valued.size,
    valued.product_option_id,
    valued.sku,
    valued.ordered_quantity,
    valued.fulfilled_quantity,
    valued.is_partly_fulfilled,
    valued.quantity,
    valued.unit_price,
    valued.discount,
    case
        when valued.implausible_by is null then try_cast(valued.value as decimal(18, 4))
    end as value,
    case
        when valued.implausible_by is not null then valued.implausible_by
        when abs(valued.value) >= limits.value_limit then 'value_implausible'
    end as implausible_by
from valued
cross join core.plausible_numbers as limits
