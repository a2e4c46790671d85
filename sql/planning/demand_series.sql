/*
about: >-
  Demand as engines of the Nixtla kind take it, nothing to drop, cast or fill; every day from the
  first known day on which an item of the series existed to yesterday, without gaps; none of what
  is not kept in stock, such as freight and services. One row per series and day; what is known
  beside it stands in planning.demand_series_days, what the series is in planning.series.
grain: [unique_id, ds]
sorted_by: [unique_id, ds]
ordered: true
example: |
  -- What does a forecasting engine read?
  select unique_id, ds, y from planning.demand_series order by unique_id, ds limit 100
columns:
  unique_id: Name of the series, sku|warehouse; items that share a sku are added up.
  ds: Local day, as a timestamp at midnight.
  y: >-
    Units sold less units returned on the day over all channels, in stocking units; 0 where the
    day's orders were read and nothing moved. Of a day that was not read (is_known in
    planning.demand_series_days) what is known of it, mostly 0; read such days (cin7 resync), or
    begin behind them.
checks:
  y_is_not_null: y is not null
*/
select
    names.unique_id,
    days.day_on::timestamp as ds,
    days.net_quantity::double as y
from core.series_days as days
inner join core.demand_names as names using (series_number)
