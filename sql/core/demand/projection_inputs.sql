/*
about: >-
  Where the projection of stock starts: what is available now with what is reserved for later days,
  and how far demand may be from what is expected; for items with stock, with stock on its way, with
  open orders of later days or with demand. None of what is not kept in stock or put together as it
  is sold. One row per option, size and warehouse.
grain: [product_option_id, size, warehouse]
columns:
  product_option_id: Option of the item.
  size: Size of the item; '' when unsized.
  warehouse: Warehouse; unmapped where the branch is not known.
  sku: The item's sku.
  below_zero_quantity: Units below 0 on hand that are taken as 0.
  starting_quantity: Units available now, those below 0 on hand taken as 0, and those that open
    orders of later days reserve; 0 where Cin7 says nothing.
  demand_basis: What demand rests on; forecast:<engine>, built_in, recent_mean or none.
  deviation_28: Standard deviation of what 28 days take, in units.
  deviation_power: Power of H with which the deviation of what H days take grows.
  z_95: Deviations above the mean that 95 % of the cases stay below.
*/
with

stock as (
    select
        product_option_id,
        size,
        warehouse,
        sku,
        available,
        below_zero_quantity
    from core.stock_positions
    where on_hand <> 0 or available <> 0 or incoming <> 0 or in_transit <> 0
),

later as (
    select
        product_option_id,
        size,
        warehouse,
        min(sku) as sku,
        sum(open_quantity) as quantity
    from core.later_orders
    group by product_option_id, size, warehouse
),

takers as (
    select
        product_option_id,
        size,
        warehouse,
        min(sku) as sku
    from core.rate_changes
    group by product_option_id, size, warehouse
),

places as (
    select
        product_option_id,
        size,
        warehouse,
        coalesce(stock.sku, later.sku, takers.sku) as sku,
        coalesce(stock.below_zero_quantity, 0) as below_zero_quantity,
        coalesce(stock.available, 0)
        + coalesce(stock.below_zero_quantity, 0)
        + coalesce(later.quantity, 0) as starting_quantity,
        takers.product_option_id is not null as is_taken
    from stock
    full join later using (product_option_id, size, warehouse)
    full join takers using (product_option_id, size, warehouse)
)

select
    product_option_id,
    size,
    warehouse,
    places.sku,
    places.below_zero_quantity,
    places.starting_quantity::decimal(18, 4) as starting_quantity,
    case when places.is_taken then demand.demand_basis else 'none' end
        as demand_basis,
    case when places.is_taken then demand.deviation_28 end as deviation_28,
    demand.deviation_power,
    demand.z_95
from places
left join core.replenishment_demand as demand using (product_option_id, size, warehouse)
left join core.items as items using (product_option_id, size)
anti join core.built_kits using (product_option_id, size, warehouse)
where coalesce(items.is_stocked, true)
