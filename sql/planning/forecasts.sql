/*
about: >-
  The forecast in use of each series of planning.demand_series, for today and the 180 days after
  it: what a day is expected to take, and what it, or all days up to it, will stay below. One row
  per series and day.
grain: [unique_id, ds]
sorted_by: [unique_id, ds]
ordered: true
columns:
  unique_id: Name of the series, sku|warehouse.
  ds: Local day.
  mean: Units that the day is expected to take, sold less returned, had there been stock.
  p50: Units that the day stays below in half of the cases.
  p80: Units that the day stays below in 80 % of the cases.
  p95: Units that the day stays below in 95 % of the cases.
  cumulative_p80: Units that today and all days up to this one together stay below in 80 % of the
    cases; the quantiles of days must not be added up.
  cumulative_p95: Units that they together stay below in 95 % of the cases.
  engine: Who made the forecast; built_in.
  made_on: Day it was made on, local date.
  basis: built_in, or recent_mean where less than 28 days are known.
checks:
  nothing_is_expected_below_zero: mean >= 0 and p50 >= 0
  quantiles_rise: p50 <= p80 and p80 <= p95 and cumulative_p80 <= cumulative_p95
*/
with

names as (
    select distinct
        series_number,
        unique_id
    from core.series
    where kind = 'demand'
),

horizon as (
    select
        min(day_on) as first_on,
        max(day_on) as last_on
    from core.projection_days
),

ordered_series as (
    select
        names.unique_id,
        forecasts.*,
        forecasts.deviation_28 * pow(1 / 28, forecasts.deviation_power) as deviation_1,
        horizon.first_on,
        horizon.last_on
    from core.series_forecasts as forecasts
    inner join names using (series_number)
    cross join horizon
    where forecasts.basis <> 'none'
    order by forecasts.series_number
),

days as (
    select
        *,
        unnest(generate_series(first_on, last_on, interval 1 day))::date as ds
    from ordered_series
),

spans as (
    select
        *,
        (ds - first_on + 1) * daily_quantity::double as quantity,
        deviation_28 * pow((ds - first_on + 1) / 28, deviation_power) as deviation
    from days
)

select
    unique_id,
    ds,
    daily_quantity as mean,
    greatest(daily_quantity + z_50 * deviation_1, 0)::decimal(18, 4) as p50,
    (daily_quantity + z_80 * deviation_1)::decimal(18, 4) as p80,
    (daily_quantity + z_95 * deviation_1)::decimal(18, 4) as p95,
    (quantity + z_80 * deviation)::decimal(18, 4) as cumulative_p80,
    (quantity + z_95 * deviation)::decimal(18, 4) as cumulative_p95,
    'built_in' as engine,
    first_on as made_on,
    basis
from spans
