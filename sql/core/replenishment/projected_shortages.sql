/*
about: >-
  When the projection of each item at each warehouse goes below its reserve and runs out, and for
  how long before an order of today could come. One row per option, size and warehouse that is
  projected and planned.
grain: [product_option_id, size, warehouse]
columns:
  product_option_id:
  size:
  warehouse: Warehouse.
  below_reserve_on: First day that ends below the reserve, or below what of a point in the settings
    the lead days leave; null where none does.
  out_on: First day that ends without stock; null where none does.
  out_day_count: Days without stock before an order of today could come.
  risky_on: First day before that on which high demand would leave nothing (see
    planning.projected_stock.is_at_risk); null where none does.
  next_receipt_on: First day on which something arrives; null where nothing does.
*/
with

levels as (
    select
        levels.product_option_id,
        levels.size,
        levels.warehouse,
        greatest(
            levels.reorder_point - levels.daily_demand * lead_days.lead_days, levels.safety_stock
        ) as reserve,
        today.today_on + lead_days.lead_days as supplied_on
    from core.replenishment_levels as levels
    inner join core.replenishment_lead_days as lead_days using (product_option_id, size, warehouse)
    cross join core.today as today
)

select
    stock.product_option_id,
    stock.size,
    stock.warehouse,
    min(stock.day_on) filter (where stock.projected < levels.reserve) as below_reserve_on,
    min(stock.day_on) filter (where stock.is_stockout) as out_on,
    count(*) filter (where stock.is_stockout and stock.day_on < levels.supplied_on)
        as out_day_count,
    min(stock.day_on) filter (
        where stock.is_at_risk and stock.day_on < levels.supplied_on
    ) as risky_on,
    min(stock.day_on) filter (where stock.purchase_receipts + stock.transfer_receipts > 0)
        as next_receipt_on
from planning.projected_stock as stock
inner join levels using (product_option_id, size, warehouse)
group by stock.product_option_id, stock.size, stock.warehouse
