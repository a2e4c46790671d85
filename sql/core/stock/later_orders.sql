/*
about: >-
  Lines of open sales orders that are due on a later day of the projection: Cin7 reserves their
  units today, and they leave on their day. One row per line and size.
grain: [sales_order_id, line_id, size]
columns:
  sales_order_id: Cin7 id of the order.
  line_id: Cin7 id of the line, below 0 its place where the id does not tell it apart.
  size: Size of the item.
  product_option_id: Option of the item.
  sku: The item's sku.
  warehouse: Warehouse of the order's branch.
  order_number: Reference of the order in Cin7.
  due_on: Day of delivery that was asked for, local date.
  open_quantity: Units left to ship.
*/
select
    lines.sales_order_id,
    lines.line_id,
    lines.size,
    lines.product_option_id,
    lines.sku,
    lines.warehouse,
    orders.order_number,
    orders.due_on,
    lines.open_quantity
from core.reserved_lines as lines
inner join staging.sales_orders as orders using (sales_order_id)
inner join core.projection_days as days on orders.due_on = days.day_on and days.day_number > 0
left join core.items as items using (product_option_id, size)
anti join core.built_kits using (product_option_id, size, warehouse)
where coalesce(items.is_stocked, true)
