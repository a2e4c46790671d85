/*
about: >-
  Component lines of sales orders with the line of the kit that was sold, which of a kit in a kit is
  the outermost; a component that has components itself is none. One row per line.
grain: [sales_order_id, line_id]
columns:
  sales_order_id:
  line_id:
  kit_line_id: Cin7 id of the line of the kit; what lies below itself, or more than 10 deep, has
    none.
*/
with recursive

components as (
    select
        sales_order_id,
        line_id,
        parent_line_id
    from staging.sales_order_lines
    where parent_line_id is not null
),

-- Kits in a kit are few; all others have their kit right above them.
inner_kits as (
    select distinct
        kits.sales_order_id,
        kits.line_id,
        kits.parent_line_id
    from components as kits
    inner join components as parts
        on
            kits.sales_order_id = parts.sales_order_id
            and kits.line_id = parts.parent_line_id
),

ways as (
    select
        sales_order_id,
        line_id,
        parent_line_id as kit_line_id,
        1 as step_count
    from inner_kits
    union all
    select
        ways.sales_order_id,
        ways.line_id,
        kits.parent_line_id as kit_line_id,
        ways.step_count + 1 as step_count
    from ways
    inner join inner_kits as kits
        on ways.sales_order_id = kits.sales_order_id and ways.kit_line_id = kits.line_id
    where ways.step_count < 10
),

outermost as (
    select ways.*
    from ways
    anti join inner_kits as kits
        on ways.sales_order_id = kits.sales_order_id and ways.kit_line_id = kits.line_id
)

select
    components.sales_order_id,
    components.line_id,
    coalesce(outermost.kit_line_id, components.parent_line_id) as kit_line_id
from components
anti join inner_kits using (sales_order_id, line_id)
left join outermost
    on
        components.sales_order_id = outermost.sales_order_id
        and components.parent_line_id = outermost.line_id
