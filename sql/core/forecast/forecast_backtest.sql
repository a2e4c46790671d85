/*
about: >-
  Forecasts of 28 days as they would have been made 28, 56 and 84 days ago, beside what came. One
  row per series and origin with enough known days before and after it.
grain: [series_number, origin]
materialized: view
columns:
  series_number: Number of the series in core.series.
  origin: 1 to 3 for 28, 56 and 84 days ago.
  actual_quantity: Units that left less units that came back in the known days of the 28.
  recent_quantity: Units that rule recent would have expected, not yet corrected.
  steady_quantity: Units that rule steady would have expected, not yet corrected.
*/
select
    means.series_number,
    means.origin,
    origins.actual_quantity,
    means.recent * origins.actual_day_count as recent_quantity,
    means.steady * origins.actual_day_count as steady_quantity
from core.forecast_means as means
inner join core.forecast_origins as origins using (series_number, origin)
where origins.actual_day_count >= 14 and origins.day_count >= 28
