/*
about: >-
  Where each series is forecast from: today, and three earlier days 28 days apart, so that the
  forecasts made there can be judged by what came. One row per series and origin.
grain: [series_number, origin]
columns:
  series_number: Number of the series in core.series.
  origin: 0 for today, 1 to 3 for 28, 56 and 84 days ago.
  later_day_count: Known days from the origin on.
  later_sale_count: Days with sales from the origin on.
  day_count: Known days of the 365 before today that lie before the origin, from the day on which
    the item existed.
  actual_day_count: Known days of the 28 from the origin on; 0 for today.
  actual_quantity: Units that left in them less units that came back.
  sum_variance: Variance of what 28 days took in the half year before the origin; null where there
    are not 28 days.
  day_variance: Variance of what a day took in that half year.
*/
with

origins as (
    select unnest([0, 1, 2, 3]) as origin
),

-- A series is one because it sold: to judge forecasts by those that had not yet would mislead.
firsts as (
    select
        series_number,
        min(first_on) as first_on
    from core.series
    group by series_number
),

counts as (
    select
        series_number,
        week,
        bit_count(day_bits) as day_count,
        bit_count(sale_bits) as sale_count,
        quantity,
        capped_quantity,
        square_quantity,
        case when sum_28_day_count >= 14 then sum_28 end as sum_28
    from core.forecast_weeks
),

later as (
    select
        counts.series_number,
        origins.origin,
        sum(counts.day_count) as later_day_count,
        sum(counts.sale_count) as later_sale_count,
        sum(counts.day_count) filter (counts.week >= 4 * origins.origin - 4) as actual_day_count,
        sum(counts.quantity) filter (counts.week >= 4 * origins.origin - 4) as actual_quantity
    from counts
    inner join origins on counts.week < 4 * origins.origin
    group by counts.series_number, origins.origin
),

-- The last four weeks that begin in a half year end in it.
earlier as (
    select
        counts.series_number,
        origins.origin,
        sum(counts.day_count) as day_count,
        var_pop(counts.sum_28) filter (counts.week < 4 * origins.origin + 23) as sum_variance,
        sum(counts.day_count) filter (counts.week < 4 * origins.origin + 26) as half_day_count,
        sum(counts.capped_quantity) filter (counts.week < 4 * origins.origin + 26) as half_quantity,
        sum(counts.square_quantity) filter (counts.week < 4 * origins.origin + 26) as half_squares
    from counts
    inner join origins on counts.week >= 4 * origins.origin
    group by counts.series_number, origins.origin
)

select
    earlier.series_number,
    earlier.origin,
    coalesce(later.later_day_count, 0)::integer as later_day_count,
    coalesce(later.later_sale_count, 0)::integer as later_sale_count,
    earlier.day_count::integer as day_count,
    coalesce(later.actual_day_count, 0)::integer as actual_day_count,
    coalesce(later.actual_quantity, 0) as actual_quantity,
    earlier.sum_variance,
    greatest(
        earlier.half_squares / earlier.half_day_count
        - pow(earlier.half_quantity / earlier.half_day_count, 2),
        0
    ) as day_variance
from earlier
cross join core.today as today
inner join firsts using (series_number)
left join later using (series_number, origin)
where today.today_on - 28 * earlier.origin > firsts.first_on
