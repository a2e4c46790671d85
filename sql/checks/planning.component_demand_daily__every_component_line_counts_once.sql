/*
about: The units of component lines below the kits of sales_lines are counted once, to the last one.
*/
with

kit_lines as (
    select distinct
        sales.sales_order_id,
        sales.line_id
    from planning.sales_lines as sales
    inner join core.items as items using (product_option_id, size)
    where items.is_kit
),

lines_below as (
    select coalesce(sum(items.quantity), 0) as quantity
    from kit_lines
    inner join core.kit_component_lines as lines
        on
            kit_lines.sales_order_id = lines.sales_order_id
            and kit_lines.line_id = lines.kit_line_id
    inner join core.document_line_items as items
        on
            items.document_kind = 'sales_order'
            and lines.sales_order_id = items.document_id
            and lines.line_id = items.line_id
    inner join core.items as goods
        on items.product_option_id = goods.product_option_id and items.size = goods.size
    anti join core.unshipped_lines as unshipped on items.line_number = unshipped.line_number
    where goods.is_stocked
),

published as (
    select coalesce(sum(quantity), 0) as quantity
    from planning.component_demand_daily
    where basis = 'order_lines'
)

select
    lines_below.quantity,
    published.quantity as published_quantity
from lines_below
cross join published
where lines_below.quantity <> published.quantity
