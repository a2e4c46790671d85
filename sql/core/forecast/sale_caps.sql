/*
about: >-
  Up to how many units a day of a series is believed to be its own kind of day, from its days with
  sales in the last 365: two standard deviations of their logarithms above the mean, the spread of
  few days drawn towards that of all series. One row per series that sold.
grain: [series_number]
columns:
  series_number: Number of the series in core.series.
  sale_day_count: Days on which more left than came back.
  cap_quantity: Units that a day counts for at most.
*/
with

sale_days as (
    select
        days.series_number,
        ln(days.unconstrained_quantity::double) as log_quantity
    from core.series_days as days
    inner join core.today as today on days.day_on >= today.today_on - 365
    where days.unconstrained_quantity > 0
),

spreads as (
    select
        series_number,
        count(*) as sale_day_count,
        avg(log_quantity) as mean_log,
        var_pop(log_quantity) as variance
    from sale_days
    group by series_number
),

-- A series of few days says little of its own spread: as if ten days of the usual one were added.
usual as (
    select
        10 as day_count,
        sum(sale_day_count * variance) / sum(sale_day_count) as variance
    from spreads
)

select
    spreads.series_number,
    spreads.sale_day_count,
    exp(
        spreads.mean_log
        + 2 * sqrt(
            (spreads.sale_day_count * spreads.variance + usual.day_count * usual.variance)
            / (spreads.sale_day_count + usual.day_count)
        )
    ) as cap_quantity
from spreads
cross join usual
