/*
about: >-
  Kits that were sold; one row per order line and option, its sizes together, as bills of
  materials name none.
grain: [sales_order_id, line_id, kit_option_id]
columns:
  sales_order_id: Cin7 id of the order.
  line_id: Cin7 id of the kit's line.
  kit_option_id: Option of the kit.
  warehouse: Warehouse of the order's branch.
  day_on: Day the sale counts for, local date.
  quantity: Units of the kit.
*/
select
    lines.document_id as sales_order_id,
    lines.line_id,
    lines.product_option_id as kit_option_id,
    lines.warehouse,
    lines.day_on,
    sum(lines.sold_quantity)::decimal(18, 4) as quantity
from core.demand_lines as lines
inner join core.items as items
    on lines.product_option_id = items.product_option_id and lines.size = items.size
where lines.document_kind = 'sales_order' and items.is_kit
group by lines.document_id, lines.line_id, lines.product_option_id, lines.warehouse, lines.day_on
