/*
about: >-
  Forecasts beside what came. The built-in forecast is judged by what it would have said 28, 56 and
  84 days ago of the 28 days that followed, with nothing known that came later. Over any rows,
  sum(absolute_error) / sum(actual) is the error, sum(forecast - actual) / sum(actual) the bias, and
  sum(recent_mean_error) / sum(actual) the error of the mean of 28 days. One row per engine, series,
  day it was made and span of days ahead.
grain: [engine, unique_id, made_on, horizon_bucket]
sorted_by: [engine, unique_id, made_on, horizon_bucket]
columns:
  engine: Who made the forecast; built_in.
  unique_id: Name of the series, sku|warehouse.
  made_on: Day it was, or would have been, made on, local date.
  horizon_bucket: Days ahead, from the day it was made on as 1; 1-7 or 8-28.
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
        days.series_number,
        (today.today_on - days.day_on + 27) // 28 as origin,
        28 - (today.today_on - days.day_on - 1) % 28 as day_ahead,
        days.net_quantity,
        days.is_in_stock
    from core.series_days as days
    inner join core.today as today on days.day_on >= today.today_on - 84
    where days.is_known
),

spans as (
    select
        series_number,
        origin,
        case when day_ahead <= 7 then '1-7' else '8-28' end as horizon_bucket,
        count(*) as day_count,
        sum(net_quantity)::decimal(18, 4) as actual,
        avg(is_in_stock::integer) as in_stock_share
    from days
    group by series_number, origin, horizon_bucket
),

forecasts as (
    select
        names.unique_id,
        today.today_on - 28 * spans.origin::integer as made_on,
        spans.horizon_bucket,
        spans.actual,
        round(spans.day_count * corrected.daily_quantity, 4)::decimal(18, 4) as forecast,
        round(spans.day_count * means.recent_mean, 4)::decimal(18, 4) as recent_forecast,
        spans.in_stock_share,
        spans.day_count
    from spans
    inner join core.demand_names as names using (series_number)
    inner join core.forecast_means as means using (series_number, origin)
    inner join core.corrected_forecasts as corrected using (series_number, origin)
    cross join core.today as today
)

select
    'built_in' as engine,
    unique_id,
    made_on,
    horizon_bucket,
    actual,
    forecast,
    abs(forecast - actual)::decimal(18, 4) as absolute_error,
    abs(recent_forecast - actual)::decimal(18, 4) as recent_mean_error,
    round(in_stock_share, 4)::decimal(18, 4) as in_stock_share,
    day_count
from forecasts
