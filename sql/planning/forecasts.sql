/*
about: >-
  The forecast in use of each series of planning.demand_series, for today and the 180 days after
  it: what a day is expected to take, and what it, or all days up to it, will stay below. One row
  per series and day.
grain: [unique_id, ds]
sorted_by: [unique_id, ds]
ordered: true
example: |
  -- How much is expected of each series in the next four weeks?
  select unique_id, sum(mean) as units, max(cumulative_p95) as at_most from planning.forecasts
  where ds < current_date + 28 group by unique_id order by units desc limit 20
columns:
  unique_id: Name of the series, sku|warehouse.
  ds: Local day.
  mean: Units that the day is expected to take, sold less returned, had there been stock.
  p10: Units that the day stays below in 10 % of the cases, as another engine says; else null.
  p50: Units that the day stays below in half of the cases.
  p80: Units that the day stays below in 80 % of the cases.
  p90: Units that the day stays below in 90 % of the cases, as another engine says; else null.
  p95: Units that the day stays below in 95 % of the cases.
  cumulative_p80: Units that today and all days up to this one together stay below in 80 % of the
    cases; the quantiles of days must not be added up.
  cumulative_p95: Units that they together stay below in 95 % of the cases.
  engine: Who made the forecast; built_in, or the folder of data/forecasts it is from.
  made_on: Day it was made on, local date.
  basis: forecast:<engine>, built_in, or recent_mean where less than 28 days are known.
checks:
  nothing_is_expected_below_zero: mean >= 0 and p50 >= 0
  quantiles_rise: p50 <= p80 and p80 <= p95 and cumulative_p80 <= cumulative_p95
*/
with

engines as (
    select
        series_number,
        day_on,
        sum(daily_quantity) over (
            partition by series_number order by day_on rows unbounded preceding
        ) as cumulative_quantity
    from core.engine_days
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
        forecasts.series_number,
        forecasts.basis,
        forecasts.daily_quantity,
        laws.* exclude (series_number),
        laws.deviation_28 * pow(1 / 28, laws.deviation_power) as deviation_1,
        horizon.first_on,
        horizon.last_on
    from core.series_forecasts as forecasts
    inner join core.series_laws as laws using (series_number)
    inner join core.demand_names as names using (series_number)
    cross join horizon
    where
        forecasts.basis <> 'none'
        or forecasts.series_number in (select engine_days.series_number from core.engine_days)
    order by forecasts.series_number
),

days as (
    select
        *,
        unnest(generate_series(first_on, last_on, interval 1 day))::date as ds
    from ordered_series
),

-- Of a series that another engine has, every day is its own.
joined as (
    select
        days.unique_id,
        days.ds,
        days.first_on,
        coalesce(engine_days.daily_quantity, days.daily_quantity) as mean,
        coalesce(engines.cumulative_quantity, (days.ds - days.first_on + 1) * days.daily_quantity)
        ::double as quantity,
        days.deviation_28 * pow((days.ds - days.first_on + 1) / 28, days.deviation_power)
            as deviation,
        days.deviation_1,
        days.z_50,
        days.z_80,
        days.z_95,
        engine_days.p10,
        engine_days.p50,
        engine_days.p80,
        engine_days.p90,
        engine_days.p95,
        engine_days.cumulative_p80,
        engine_days.cumulative_p95,
        coalesce(engine_days.engine, 'built_in') as engine,
        coalesce(engine_days.made_on, days.first_on) as made_on,
        coalesce('forecast:' || engine_days.engine, days.basis) as basis
    from days
    left join core.engine_days as engine_days
        on days.series_number = engine_days.series_number and days.ds = engine_days.day_on
    left join engines
        on days.series_number = engines.series_number and days.ds = engines.day_on
),

-- What an engine does not say is our own spread around its mean, within what it says.
filled as (
    select
        * exclude (p50, p80, p95),
        greatest(coalesce(p50, least(mean + z_50 * deviation_1, p80, p90, p95)), p10, 0) as p50,
        greatest(coalesce(p80, least(mean + z_80 * deviation_1, p90, p95)), p50, p10, 0) as p80,
        greatest(coalesce(p95, mean + z_95 * deviation_1), p90, p80, p50, p10, 0) as p95
    from joined
)

select
    unique_id,
    ds,
    mean,
    least(p10, 1e12)::decimal(18, 4) as p10,
    least(p50, 1e12)::decimal(18, 4) as p50,
    least(p80, 1e12)::decimal(18, 4) as p80,
    least(p90, 1e12)::decimal(18, 4) as p90,
    least(p95, 1e12)::decimal(18, 4) as p95,
    coalesce(cumulative_p80, quantity + z_80 * deviation)::decimal(18, 4) as cumulative_p80,
    coalesce(cumulative_p95, quantity + z_95 * deviation)::decimal(18, 4) as cumulative_p95,
    engine,
    made_on,
    basis
from filled
