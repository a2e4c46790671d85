/*
about: >-
  Lines of sales orders of which nothing was shipped although something else was: of the order, or
  of a component's kit. They were not sold with it. Fees and services are never shipped, nor need a
  kit be whose components were. One row per line.
grain: [line_number]
columns:
  line_number:
*/
with

shipped_orders as (
    select distinct document_id
    from core.document_lines
    where document_kind = 'sales_order' and fulfilled_quantity > 0
),

kits_of_shipped_components as (
    select distinct
        sales_order_id,
        parent_line_id
    from staging.sales_order_lines
    where parent_line_id is not null and shipped_quantity > 0
),

unshipped as (
    select
        lines.line_number,
        lines.document_id as sales_order_id,
        lines.line_id,
        lines.is_component
    from core.document_lines as lines
    semi join shipped_orders using (document_id)
    where
        lines.document_kind = 'sales_order'
        and lines.quantity > 0
        and lines.fulfilled_quantity <= 0
),

goods as (
    select lines.line_number
    from unshipped as lines
    inner join core.document_line_items as items using (line_number)
    inner join core.items as stocked
        on items.product_option_id = stocked.product_option_id and items.size = stocked.size
    where not lines.is_component and stocked.is_stocked
)

select lines.line_number
from unshipped as lines
semi join goods using (line_number)
anti join kits_of_shipped_components as kits
    on lines.sales_order_id = kits.sales_order_id and lines.line_id = kits.parent_line_id
union all
select lines.line_number
from unshipped as lines
inner join staging.sales_order_lines using (sales_order_id, line_id)
semi join kits_of_shipped_components using (sales_order_id, parent_line_id)
where lines.is_component
