/*
about: >-
  How far above its forecast demand was in one, four and nineteen of twenty cases, in standard
  deviations, from the forecasts of 28 days that would have been made before; one row for series of
  each frequency.
grain: [frequency]
columns:
  frequency: How often series sell; never, rarely, sometimes, often, or short where less than 28
    days are known.
  case_count: Forecasts that were compared with what came.
  z_50: Deviations that half of the cases stayed below; each at most 20 away from 0.
  z_80: Deviations that 80 % of the cases stayed below, at least 0.
  z_95: Deviations that 95 % of the cases stayed below, at least 0.
*/
with

frequencies as (
    select unnest(['never', 'rarely', 'sometimes', 'often', 'short']) as frequency
),

cases as (
    select
        forecasts.frequency,
        origins.actual_quantity - forecasts.daily_quantity * origins.actual_day_count as error,
        forecasts.variance_28 as variance
    from core.corrected_forecasts as forecasts
    inner join core.forecast_origins as origins using (series_number, origin)
    where origins.actual_day_count >= 14
),

quantiles as (
    select
        frequency,
        count(*) as case_count,
        quantile_cont(error / sqrt(variance), [0.5, 0.8, 0.95]) as z
    from cases
    where variance > 0
    group by frequency
),

-- Few cases say little: as if a hundred of the normal law were added.
counts as (
    select
        frequencies.frequency,
        coalesce(quantiles.case_count, 0) as case_count,
        coalesce(quantiles.case_count, 0) / (coalesce(quantiles.case_count, 0) + 100) as weight,
        coalesce(quantiles.z, [0, 0, 0]) as z
    from frequencies
    left join quantiles using (frequency)
)

select
    frequency,
    case_count,
    round(least(greatest(weight * z[1], -20), 20), 6) as z_50,
    round(least(greatest(weight * z[2] + (1 - weight) * 0.8416, 0), 20), 6) as z_80,
    round(least(greatest(weight * z[3] + (1 - weight) * 1.6449, 0), 20), 6) as z_95
from counts
