/*
about: >-
  What is expected of each item at each warehouse: demand, what leaves without being demand, and
  what kits take of it. What H days take stays below H * daily_demand + z * deviation_28 * (H / 28)
  ^ deviation_power in the share of cases that z is for. One row per option, size and warehouse.
grain: [product_option_id, size, warehouse]
columns:
  product_option_id: Cin7 id of the option.
  size: Size of the item; '' when unsized.
  warehouse: Warehouse.
  demand_basis: forecast:<engine>, built_in, recent_mean (less than 28 days are known) or none.
  day_count: Known days behind our own forecast of what sells most, at most 365.
  daily_demand: Units that a day is expected to take.
  deviation_28: Standard deviation of what 28 days take, in units.
  deviation_power: Power of H with which the deviation of what H days take grows.
  z_50: Deviations for half of the cases.
  z_80: Deviations for 80 % of the cases.
  z_95: Deviations for 95 % of the cases.
*/
with

-- A bill names no sizes.
laws as (
    select * exclude (kind, sku, item_share)
    from core.item_forecasts
    union all by name
    select
        forecasts.* exclude (kind, sku, item_share)
        replace (
            takes.component_option_id as product_option_id,
            '' as size,
            round(forecasts.daily_quantity * takes.quantity, 4)::decimal(18, 4) as daily_quantity,
            forecasts.deviation_28 * takes.quantity::double as deviation_28
        )
    from core.item_forecasts as forecasts
    inner join core.kit_takes as takes using (product_option_id, size, warehouse)
    cross join core.plausible_numbers as limits
    where forecasts.daily_quantity * takes.quantity between 0 and limits.unit_limit
),

sums as (
    select
        product_option_id,
        size,
        warehouse,
        sum(daily_quantity)::decimal(18, 4) as daily_demand,
        sqrt(sum(deviation_28 * deviation_28)) as deviation_28,
        arg_max(
            struct_pack(
                basis := basis,
                day_count := day_count,
                deviation_power := deviation_power,
                z_50 := z_50,
                z_80 := z_80,
                z_95 := z_95
            ),
            (daily_quantity, series_number)
        ) as law
    from laws
    group by product_option_id, size, warehouse
)

select
    product_option_id,
    size,
    warehouse,
    law['basis'] as demand_basis,
    law['day_count'] as day_count,
    daily_demand,
    deviation_28,
    law['deviation_power'] as deviation_power,
    law['z_50'] as z_50,
    law['z_80'] as z_80,
    law['z_95'] as z_95
from sums
