/*
about: >-
  Demand as time series for forecasting engines of the Nixtla kind (unique_id, ds, y): every day
  from a series' first sale or return to yesterday, without gaps; none of what is not kept in
  stock, such as freight and services. One row per series and day.
grain: [unique_id, ds]
sorted_by: [unique_id, ds]
ordered: true
columns:
  unique_id: Name of the series, sku|warehouse; items that share a sku are added up.
  ds: Local day.
  y: Units sold less units returned on the day over all channels, in stocking units; 0 where the
    day's orders were read and nothing moved, null where they were not read.
  is_in_stock: True where the warehouse had some of the sku on hand at the end of the day, or sold
    some that day, or sells it without having any (kits, what is bought or made to order, labour);
    else false; null where no stock was read that day.
  started_in_stock: True where the warehouse had some at the end of the day before, or got or sold
    some that day, or sells it without having any; else false; null where no stock was read on one
    of the two days.
  sold_out: True where it started with stock and ended without; null where that is not known.
  y_unconstrained: Units that would have been sold had there been enough, in stocking units; y, but
    on days that it sold out on the mean of the series' other days with as many or more, and null on
    days that started without.
checks:
  unconstrained_is_not_less: y_unconstrained >= y
*/
select
    names.unique_id,
    days.day_on as ds,
    days.net_quantity as y,
    days.is_in_stock,
    days.started_in_stock,
    days.is_sold_out as sold_out,
    days.unconstrained_quantity as y_unconstrained
from core.series_days as days
inner join core.demand_names as names using (series_number)
