/*
about: >-
  What each kit that left the shelf took of its components: what the order's component lines below
  the kit's line say, in a kit in a kit those at the very end, else what the bill of materials
  says; never both for one line, and nothing of what is not kept in stock. One row per line of a kit
  and component.
grain: [sales_order_id, line_id, product_option_id, size]
columns:
  sales_order_id:
  line_id: Cin7 id of the kit's line.
  kit_option_id: Option of the kit.
  product_option_id: Option of the component.
  size: Size of the component; '' by a bill, which names no sizes.
  warehouse: Warehouse of the order's branch.
  day_on: Day the kit's sale counts for, local date.
  basis: order_lines or bom.
  is_demand: False where the settings leave the kit's sale out of demand.
  quantity: Units of the component; null where there cannot be so many.
*/
with

-- One row per order line and option, its sizes together, as bills of materials name none.
sold_kits as (
    select
        lines.document_id as sales_order_id,
        lines.line_id,
        lines.product_option_id as kit_option_id,
        lines.warehouse,
        lines.day_on,
        lines.left_out_by is null as is_demand,
        sum(lines.sold_quantity)::decimal(18, 4) as quantity
    from core.depletion_lines as lines
    inner join core.items as items using (product_option_id, size)
    where lines.document_kind = 'sales_order' and items.is_kit and lines.returned_quantity = 0
    group by all
),

kit_lines as (
    select distinct
        sales_order_id,
        line_id,
        kit_option_id,
        warehouse,
        day_on,
        is_demand
    from sold_kits
),

component_lines as (
    select
        lines.sales_order_id,
        lines.kit_line_id as line_id,
        items.product_option_id,
        items.size,
        items.quantity
    from core.kit_component_lines as lines
    inner join core.document_line_items as items
        on
            items.document_kind = 'sales_order'
            and lines.sales_order_id = items.document_id
            and lines.line_id = items.line_id
    anti join core.unshipped_lines as unshipped on items.line_number = unshipped.line_number
    where items.product_option_id is not null
),

parts as (
    select
        kits.*,
        components.product_option_id,
        components.size,
        'order_lines' as basis,
        components.quantity
    from kit_lines as kits
    inner join component_lines as components using (sales_order_id, line_id)
    union all
    select
        kits.sales_order_id,
        kits.line_id,
        kits.kit_option_id,
        kits.warehouse,
        kits.day_on,
        kits.is_demand,
        components.component_option_id as product_option_id,
        '' as size,
        'bom' as basis,
        case
            when abs(kits.quantity * components.quantity) < limits.unit_limit
                then kits.quantity * components.quantity
        end as quantity
    from sold_kits as kits
    inner join core.bom_components as components using (kit_option_id)
    cross join core.plausible_numbers as limits
    anti join component_lines using (sales_order_id, line_id)
)

select
    parts.sales_order_id,
    parts.line_id,
    min(parts.kit_option_id) as kit_option_id,
    parts.product_option_id,
    parts.size,
    parts.warehouse,
    parts.day_on,
    parts.basis,
    parts.is_demand,
    sum(parts.quantity)::decimal(38, 12) as quantity
from parts
inner join core.items as items using (product_option_id, size)
where items.is_stocked
group by
    parts.sales_order_id,
    parts.line_id,
    parts.product_option_id,
    parts.size,
    parts.warehouse,
    parts.day_on,
    parts.basis,
    parts.is_demand
