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

levels as (
    select
        forecasts.product_option_id,
        forecasts.size,
        forecasts.warehouse,
        forecasts.kind,
        forecasts.sku,
        coalesce(days.day_on, today.today_on) as day_on,
        case
            when days.day_on is null then forecasts.daily_quantity
            else round(forecasts.item_share * days.daily_quantity, 4)
        end::decimal(18, 4) as daily_quantity
    from core.item_forecasts as forecasts
    cross join core.today as today
    left join core.engine_days as days using (series_number)
),

-- A bill names no sizes.
takers as (
    select
        levels.product_option_id as taken_option_id,
        levels.size as taken_size,
        levels.sku as taken_sku,
        levels.*
    from levels
    anti join core.built_kits using (product_option_id, size, warehouse)
    union all
    select
        takes.component_option_id as taken_option_id,
        '' as taken_size,
        takes.component_sku as taken_sku,
        levels.* replace (
            round(levels.daily_quantity * takes.quantity, 4)::decimal(18, 4) as daily_quantity
        )
    from levels
    inner join core.kit_takes as takes using (product_option_id, size, warehouse)
    cross join core.plausible_numbers as limits
    where levels.daily_quantity * takes.quantity between 0 and limits.unit_limit
),

changes as (
    select
        *,
        daily_quantity - coalesce(lag(daily_quantity) over same, 0) as rate_change
    from takers
    window
        same as (
            partition by taken_option_id, taken_size, warehouse, product_option_id, size, kind
            order by day_on
        )
)

select
    taken_option_id as product_option_id,
    taken_size as size,
    warehouse,
    day_on,
    min(taken_sku) as sku,
    sum(rate_change)::decimal(18, 4) as rate_change
from changes
group by taken_option_id, taken_size, warehouse, day_on
having sum(rate_change) <> 0
