/*
about: >-
  What is expected of a day of a series before any of its days is known, and how many known days
  weigh as much as that (credibility by Bühlmann and Straub): where series differ much and their
  days little, a few days say all. From all series at each origin, and from what is in stock where
  such series sell and never left. One row per origin with known days.
grain: [origin]
columns:
  origin: 0 for today, 1 to 3 for 28, 56 and 84 days ago.
  daily_quantity: Units that a day takes, on average of all days; of each day at most what the
    series' own days make likely.
  day_variance: Variance of what the days of one series take, on average of all.
  day_count: Known days that weigh as much, at most 28; 0 where there are no two series to compare.
*/
with

-- What never left took nothing on any day that is known: to leave it out would mislead, the more so
-- the less is read.
silent as (
    select distinct
        stock.sku,
        stock.warehouse
    from core.stock_positions as stock
    inner join core.items as items using (product_option_id, size)
    semi join core.series as selling on stock.warehouse = selling.warehouse
    anti join core.series as series on stock.sku = series.sku and stock.warehouse = series.warehouse
    where stock.on_hand > 0 and items.is_stocked
),

origins as (
    select unnest([0, 1, 2, 3]) as origin
),

silent_days as (
    select
        origins.origin,
        count(*) as day_count
    from core.covered_days as days
    cross join core.today as today
    cross join origins
    where
        days.day_on >= today.today_on - 365
        and days.day_on >= (select min(series.starts_on) from core.series as series)
        and days.day_on < today.today_on - 28 * origins.origin
    group by origins.origin
),

counted as (
    select
        origin,
        origins.day_count,
        means.mean_365 as daily_quantity,
        coalesce(origins.day_variance, 0) as day_variance
    from core.forecast_origins as origins
    inner join core.forecast_means as means using (series_number, origin)
    union all
    select
        origin,
        day_count,
        0 as daily_quantity,
        0 as day_variance
    from silent_days
    cross join silent
),

weighted as (
    select
        *,
        sum(day_count) over (partition by origin) as all_day_count
    from counted
),

averages as (
    select
        origin,
        count(*) as series_count,
        sum(day_count) as day_count,
        sum(day_count - day_count * day_count / all_day_count) as compared_day_count,
        sum(day_count * daily_quantity) / sum(day_count) as daily_quantity,
        sum(day_count * daily_quantity * daily_quantity) as squares,
        sum(day_count * day_variance) / nullif(sum(day_count) - count(*), 0) as day_variance
    from weighted
    group by origin
),

-- How far series differ beyond what their own days explain.
spreads as (
    select
        *,
        (squares - day_count * daily_quantity * daily_quantity - (series_count - 1) * day_variance)
        / nullif(compared_day_count, 0) as variance
    from averages
)

-- Rounded, as sums of doubles differ in their last digits by the order of the rows.
select
    origin,
    round(daily_quantity, 6) as daily_quantity,
    coalesce(round(day_variance, 6), 0) as day_variance,
    case
        when series_count = 1 then 0
        when variance > 0 then round(least(day_variance / variance, 28), 6)
        else 28
    end as day_count
from spreads
