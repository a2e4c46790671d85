/*
about: >-
  Every movement behind planning.projected_stock; added up to a day they are what is projected
  for it. One row per option, size, warehouse, day and movement.
grain: [product_option_id, size, warehouse, day_on, kind, document_id, line_id]
sorted_by: [sku, warehouse, day_on]
example: |
  -- Which documents move an item's stock, and when?
  select day_on, warehouse, kind, order_number, quantity from planning.projected_stock_explained
  where sku = 'BAG-1011' and kind <> 'demand' order by day_on
columns:
  product_option_id: Cin7 id of the option.
  size: Size of the item; '' when unsized.
  warehouse: Warehouse of the stock; unmapped where the branch is not known.
  day_on: Local day of the movement.
  kind: available (what Cin7 says that there is today, with what is reserved for orders of later
    days), below_zero (units that Cin7 has below 0 on hand, added as a shelf cannot hold less; see
    stock_below_zero in planning.data_issues), purchase_order, transfer, sales_order (an open order
    on the day it is due), or demand (see planning.projected_stock.demand).
  document_id: Cin7 id of the purchase, transfer or sales order; 0 where there is none.
  line_id: Cin7 id of its line; 0 where there is none.
  sku: Code of the item, verbatim.
  order_number: Reference of the document in Cin7; null where there is none.
  quantity: Units, in stocking units; negative where they leave.
checks:
  kind_is_known: >-
    kind in ('available', 'below_zero', 'purchase_order', 'transfer', 'sales_order', 'demand')
  receipts_arrive: kind not in ('purchase_order', 'transfer') or quantity > 0
  below_zero_is_added: kind <> 'below_zero' or quantity > 0
  orders_and_demand_leave: kind not in ('sales_order', 'demand') or quantity < 0
*/
select
    stock.product_option_id,
    stock.size,
    stock.warehouse,
    stock.day_on,
    'available' as kind,
    0::bigint as document_id,
    0::bigint as line_id,
    stock.sku,
    null::varchar as order_number,
    (stock.opening - coalesce(inputs.below_zero_quantity, 0))::decimal(18, 4) as quantity
from planning.projected_stock as stock
inner join core.today as today on stock.day_on = today.today_on
left join core.projection_inputs as inputs using (product_option_id, size, warehouse)
union all
select
    inputs.product_option_id,
    inputs.size,
    inputs.warehouse,
    today.today_on as day_on,
    'below_zero' as kind,
    0::bigint as document_id,
    0::bigint as line_id,
    inputs.sku,
    null::varchar as order_number,
    inputs.below_zero_quantity as quantity
from core.projection_inputs as inputs
cross join core.today as today
where inputs.below_zero_quantity > 0
union all
select
    receipts.product_option_id,
    receipts.size,
    receipts.destination_warehouse as warehouse,
    receipts.expected_on as day_on,
    receipts.kind,
    receipts.document_id,
    receipts.line_id,
    receipts.sku,
    receipts.order_number,
    receipts.open_quantity as quantity
from planning.replenishments as receipts
inner join core.projection_days as projection_days on receipts.expected_on = projection_days.day_on
where receipts.is_counted
union all
select
    product_option_id,
    size,
    warehouse,
    due_on as day_on,
    'sales_order' as kind,
    sales_order_id as document_id,
    line_id,
    sku,
    order_number,
    (-open_quantity)::decimal(18, 4) as quantity
from core.later_orders
union all
select
    product_option_id,
    size,
    warehouse,
    day_on,
    'demand' as kind,
    0::bigint as document_id,
    0::bigint as line_id,
    sku,
    null::varchar as order_number,
    (-demand)::decimal(18, 4) as quantity
from planning.projected_stock
where demand > 0
