/*
about: >-
  Forecasts beside what came. The built-in forecast is judged by what it would have said 28, 56 and
  84 days ago, with nothing known that came later; another engine by its files in data/forecasts,
  from a week after they were made, of those made in each four weeks by the last. Over any rows,
  sum(absolute_error) / sum(actual) is the error, sum(forecast - actual) / sum(actual) the bias, and
  sum(recent_mean_error) / sum(actual) the error of the mean of 28 days. One row per engine, series,
  day it was made and span of days ahead.
grain: [engine, unique_id, made_on, horizon_bucket]
sorted_by: [engine, unique_id, made_on, horizon_bucket]
example: |
  -- How far off is each engine, and how far the plain mean of 28 days?
  select engine, horizon_bucket, sum(absolute_error) / sum(actual) as error,
      sum(recent_mean_error) / sum(actual) as mean_error from planning.forecast_accuracy
  group by engine, horizon_bucket having sum(actual) > 0 order by all
columns:
  engine: Who made the forecast; built_in, or the folder of data/forecasts it is from.
  unique_id: Name of the series, sku|warehouse.
  made_on: Day it was, or would have been, made on, local date.
  horizon_bucket: Days ahead, from the day it was made on as 1; 1-7, 8-28 or 29-91, as far as they
    have come.
  actual: Units sold less units returned on the known days of the span.
  forecast: Units that were expected of these days.
  absolute_error: Difference of the two, without its sign.
  recent_mean_error: The same for the mean of the 28 known days before.
  in_stock_share: Share of these days on which the item was not out of stock, 0 to 1; null where no
    stock was read on any of them.
  day_count: Number of these days.
checks:
  absolute_error_is_the_difference: absolute_error = abs(forecast - actual)
*/
with

days as (
    select
        names.unique_id,
        days.series_number,
        days.day_on,
        days.net_quantity,
        days.unconstrained_quantity,
        days.is_in_stock
    from core.series_days as days
    inner join core.demand_names as names using (series_number)
    inner join core.today as today on days.day_on >= today.today_on - 140
    where days.is_known
),

-- The means of 28 days stand beside each forecast that another engine made.
judged as (
    select distinct
        engine,
        unique_id,
        made_on
    from settings.past_forecasts
),

judged_means as (
    select
        judged.engine,
        judged.unique_id,
        judged.made_on,
        greatest(coalesce(avg(days.unconstrained_quantity), 0), 0) as recent_mean
    from judged
    left join days
        on
            judged.unique_id = days.unique_id
            and days.day_on between judged.made_on - 28 and judged.made_on - 1
    group by judged.engine, judged.unique_id, judged.made_on
),

said as (
    select
        'built_in' as engine,
        days.unique_id,
        today.today_on - 28 * forecasts.origin as made_on,
        days.day_on,
        days.net_quantity,
        days.is_in_stock,
        forecasts.daily_quantity as quantity,
        means.recent_mean
    from core.corrected_forecasts as forecasts
    inner join core.forecast_means as means using (series_number, origin)
    cross join core.today as today
    inner join days
        on
            forecasts.series_number = days.series_number
            and days.day_on >= today.today_on - 28 * forecasts.origin
    where forecasts.origin > 0
    union all by name
    select
        engine,
        unique_id,
        made_on,
        days.day_on,
        days.net_quantity,
        days.is_in_stock,
        past.mean as quantity,
        judged_means.recent_mean
    from settings.past_forecasts as past
    inner join judged_means using (engine, unique_id, made_on)
    inner join days on past.unique_id = days.unique_id and past.ds = days.day_on
),

spans as (
    select
        engine,
        unique_id,
        made_on,
        case
            when day_on < made_on + 7 then '1-7'
            when day_on < made_on + 28 then '8-28'
            else '29-91'
        end as horizon_bucket,
        sum(net_quantity)::decimal(18, 4) as actual,
        round(sum(quantity), 4)::decimal(18, 4) as forecast,
        round(count(*) * any_value(recent_mean), 4)::decimal(18, 4) as recent_forecast,
        avg(is_in_stock::integer) as in_stock_share,
        count(*) as day_count
    from said
    where day_on < made_on + 91
    group by engine, unique_id, made_on, horizon_bucket
)

select
    engine,
    unique_id,
    made_on,
    horizon_bucket,
    actual,
    forecast,
    abs(forecast - actual)::decimal(18, 4) as absolute_error,
    abs(recent_forecast - actual)::decimal(18, 4) as recent_mean_error,
    round(in_stock_share, 4)::decimal(18, 4) as in_stock_share,
    day_count
from spans
