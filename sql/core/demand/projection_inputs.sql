/*
about: >-
  Where the projection of stock starts: what is available now and what a day is expected to take,
  for items with stock, with stock on its way or with demand, but for what is not kept in stock.
  One row per option, size and
  warehouse.
grain: [product_option_id, size, warehouse]
columns:
  product_option_id:
  size: Size of the item; '' when unsized.
  warehouse: Warehouse; unmapped where the branch is not known.
  sku: The item's sku.
  starting_quantity: Units available now, as Cin7 says; 0 where it says nothing.
  daily_demand: Units that a day is expected to take.
*/
with

stock as (
    select
        product_option_id,
        size,
        warehouse,
        sku,
        available
    from core.stock_positions
    where on_hand <> 0 or available <> 0 or incoming <> 0 or in_transit <> 0
),

rates as (
    select
        product_option_id,
        size,
        warehouse,
        sku,
        daily_demand
    from core.daily_demand_rates
    where daily_demand > 0
)

select
    product_option_id,
    size,
    warehouse,
    coalesce(stock.sku, rates.sku) as sku,
    coalesce(stock.available, 0) as starting_quantity,
    coalesce(rates.daily_demand, 0) as daily_demand
from stock
full join rates using (product_option_id, size, warehouse)
left join core.items as items using (product_option_id, size)
where coalesce(items.is_stocked, true)
