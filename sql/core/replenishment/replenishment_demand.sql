/*
about: >-
  What is expected of each item at each warehouse: demand, and what leaves without being demand.
  What H days take stays below H * daily_demand + z * deviation_28 * (H / 28) ^ deviation_power in
  the share of cases that z is for. Items that share a sku share its series as they left it in the
  last 28 days. One row per option, size and warehouse that ever sold.
grain: [product_option_id, size, warehouse]
columns:
  product_option_id: Cin7 id of the option.
  size: Size of the item; '' when unsized.
  warehouse: Warehouse.
  demand_basis: built_in (the built-in forecast), recent_mean (less than 28 days are known; their
    mean) or none.
  daily_demand: Units that a day is expected to take.
  deviation_28: Standard deviation of what 28 days take, in units.
  deviation_power: Power of H with which the deviation of what H days take grows.
  z_50: Deviations for half of the cases.
  z_80: Deviations for 80 % of the cases.
  z_95: Deviations for 95 % of the cases.
*/
with

forecasts as (
    select
        series.sku,
        series.warehouse,
        sum(forecasts.daily_quantity) as daily_quantity,
        sqrt(sum(forecasts.deviation_28 * forecasts.deviation_28)) as deviation_28,
        arg_max(
            struct_pack(
                basis := forecasts.basis,
                deviation_power := forecasts.deviation_power,
                z_50 := forecasts.z_50,
                z_80 := forecasts.z_80,
                z_95 := forecasts.z_95
            ),
            (forecasts.daily_quantity, forecasts.series_number)
        ) as law
    from core.series as series
    inner join core.series_forecasts as forecasts using (series_number)
    group by series.sku, series.warehouse
),

items as (
    select
        product_option_id,
        size,
        warehouse,
        sku,
        coalesce(
            greatest(net_quantity, 0)
            / nullif(sum(greatest(net_quantity, 0)) over (partition by sku, warehouse), 0),
            1 / count(*) over (partition by sku, warehouse)
        ) as share
    from core.daily_demand_rates
)

select
    items.product_option_id,
    items.size,
    items.warehouse,
    forecasts.law['basis'] as demand_basis,
    (forecasts.daily_quantity * items.share)::decimal(18, 4) as daily_demand,
    forecasts.deviation_28 * sqrt(items.share) as deviation_28,
    forecasts.law['deviation_power'] as deviation_power,
    forecasts.law['z_50'] as z_50,
    forecasts.law['z_80'] as z_80,
    forecasts.law['z_95'] as z_95
from items
inner join forecasts using (sku, warehouse)
