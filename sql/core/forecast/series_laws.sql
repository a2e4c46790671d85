/*
about: >-
  How far days together may be from what is expected of each series: as the engine in use says by
  its cumulative quantiles, else as our own forecast does. One row per series.
grain: [series_number]
materialized: view
columns:
  series_number: Number of the series in core.series.
  deviation_28: Standard deviation of what 28 days take, in units.
  deviation_power: Power of H with which the deviation of what H days take grows.
  z_50: Deviations above the mean that half of the cases stay below.
  z_80: Deviations above the mean that 80 % of the cases stay below.
  z_95: Deviations above the mean that 95 % of the cases stay below.
*/
select
    series_number,
    coalesce(spreads.deviation_28, forecasts.deviation_28) as deviation_28,
    coalesce(spreads.deviation_power, forecasts.deviation_power) as deviation_power,
    case when spreads.z_80 is null then forecasts.z_50 else 0 end as z_50,
    coalesce(spreads.z_80, forecasts.z_80) as z_80,
    case when spreads.z_80 is null then forecasts.z_95 else 1 end as z_95
from core.series_forecasts as forecasts
left join core.engine_spreads as spreads using (series_number)
