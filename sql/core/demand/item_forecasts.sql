/*
about: >-
  What a day is expected to take of each item at each warehouse by its own series: what is demanded
  of it, what leaves without being demand, and what kits without a bill take. A series of several
  items that share a sku is split by what left of each in the last 365 days. One row per option,
  size, warehouse and kind of series.
grain: [product_option_id, size, warehouse, kind]
columns:
  product_option_id: Option of the item.
  size: Size of the item; '' when unsized.
  warehouse: Warehouse that sells it.
  kind: demand, kits or left_out; see core.series_lines.
  sku: The item's sku.
  series_number: Number of the series in core.series.
  item_share: The item's share of the series, 0 to 1.
  basis: forecast:<engine>, built_in, recent_mean or none.
  day_count: Known days behind our own forecast, at most 365.
  daily_quantity: Units that a day is expected to take; of another engine's the mean of 28 days.
  deviation_28: Standard deviation of what 28 days take, in units.
  deviation_power: Power of H with which the deviation of what H days take grows.
  z_50: Deviations above the mean that half of the cases stay below.
  z_80: Deviations above the mean that 80 % of the cases stay below.
  z_95: Deviations above the mean that 95 % of the cases stay below.
*/
with

pairs as (
    select
        lines.kind,
        lines.product_option_id,
        lines.size,
        lines.warehouse,
        lines.sku,
        greatest(
            sum(
                case
                    when lines.day_on >= today.today_on - 365
                        then lines.sold_quantity - lines.returned_quantity
                    else 0
                end
            ),
            0
        ) as quantity
    from core.series_lines as lines
    cross join core.today as today
    left join core.items as items using (product_option_id, size)
    where coalesce(items.is_stocked, true)
    group by lines.kind, lines.product_option_id, lines.size, lines.warehouse, lines.sku
),

engines as (
    select
        days.series_number,
        min(days.engine) as engine,
        avg(days.daily_quantity) as daily_quantity
    from core.engine_days as days
    inner join core.today as today on days.day_on < today.today_on + 28
    group by days.series_number
),

shares as (
    select
        *,
        case
            when sum(quantity) over same > 0
                then coalesce(quantity, 0)::double / sum(quantity) over same
            else 1 / count(*) over same
        end as item_share
    from pairs
    window same as (partition by kind, sku, warehouse)
)

select
    shares.product_option_id,
    shares.size,
    shares.warehouse,
    shares.kind,
    shares.sku,
    series.series_number,
    shares.item_share,
    coalesce('forecast:' || engines.engine, forecasts.basis) as basis,
    forecasts.day_count,
    round(
        shares.item_share * coalesce(engines.daily_quantity, forecasts.daily_quantity), 4
    )::decimal(18, 4) as daily_quantity,
    sqrt(shares.item_share) * laws.deviation_28 as deviation_28,
    laws.deviation_power,
    laws.z_50,
    laws.z_80,
    laws.z_95
from shares
inner join core.series as series using (kind, sku, warehouse)
inner join core.series_forecasts as forecasts using (series_number)
inner join core.series_laws as laws using (series_number)
left join engines using (series_number)
