/*
about: >-
  When what a day is expected to take of an item changes, and by how much, from today on: its own
  demand, and by their bills what kits that are put together as they are sold take of it. One row
  per option, size, warehouse and day.
grain: [product_option_id, size, warehouse, day_on]
columns:
  product_option_id: Option of the item.
  size: Size of the item; '' when unsized.
  warehouse: Warehouse that sells it.
  day_on: Local day from which on a day takes more or less.
  sku: The item's sku.
  rate_change: Units that a day takes more than before; below 0 where it takes less.
*/
with

own as (
    select
        forecasts.product_option_id,
        forecasts.size,
        forecasts.warehouse,
        min(forecasts.sku) as sku,
        today.today_on as day_on,
        sum(forecasts.daily_quantity) as rate_change
    from core.item_forecasts as forecasts
    cross join core.today as today
    group by
        forecasts.product_option_id, forecasts.size, forecasts.warehouse, today.today_on
),

-- A bill names no sizes.
taken as (
    select
        bills.component_option_id as product_option_id,
        '' as size,
        own.warehouse,
        items.sku,
        own.day_on,
        round(own.rate_change * bills.quantity, 4)::decimal(18, 4) as rate_change
    from own
    inner join core.built_kits using (product_option_id, size, warehouse)
    inner join core.bom_components as bills on own.product_option_id = bills.kit_option_id
    inner join core.items as items
        on bills.component_option_id = items.product_option_id and items.size = ''
    cross join core.plausible_numbers as limits
    where items.is_stocked and abs(own.rate_change * bills.quantity) < limits.unit_limit
),

changes as (
    select
        product_option_id,
        size,
        warehouse,
        sku,
        day_on,
        rate_change
    from own
    anti join core.built_kits using (product_option_id, size, warehouse)
    union all
    select
        product_option_id,
        size,
        warehouse,
        sku,
        day_on,
        rate_change
    from taken
)

select
    product_option_id,
    size,
    warehouse,
    day_on,
    min(sku) as sku,
    sum(rate_change)::decimal(18, 4) as rate_change
from changes
group by product_option_id, size, warehouse, day_on
having sum(rate_change) <> 0
