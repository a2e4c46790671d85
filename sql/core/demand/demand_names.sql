/*
about: Numbers and names of the series of planning.demand_series; one row per series.
grain: [series_number]
columns:
  series_number: Number of the series in core.series.
  unique_id: Name of the series, sku|warehouse.
*/
select distinct
    series_number,
    unique_id
from core.series
where kind = 'demand'
