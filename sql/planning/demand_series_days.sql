/*
about: >-
  What is known of each day of planning.demand_series. One row per series and day, the same days.
grain: [unique_id, ds]
sorted_by: [unique_id, ds]
ordered: true
example: |
  -- Which series were without stock on most of the last 28 days?
  select unique_id, count(*) filter (not is_in_stock) as days_out from planning.demand_series_days
  where ds >= current_date - 28 group by unique_id having days_out > 0
  order by days_out desc limit 20
columns:
  unique_id: Name of the series, sku|warehouse.
  ds: Local day, as a timestamp at midnight.
  is_known: True where the day's orders were read after it was over; else y is not yet all.
  is_in_stock: True where the warehouse had some of the sku on hand at the end of the day, or sold
    some that day, or sells it without having any (kits, what is bought or made to order, labour);
    else false; null where that day's stock was neither read nor walked back so that it can be
    believed (grade A or B in planning.stock_history, or imported).
  started_in_stock: True where the warehouse had some at the end of the day before, or got or sold
    some that day, or sells it without having any; else false; null where that of one of the
    two days is not known.
  sold_out: True where it started with stock and ended without; null where that is not known.
  y_sold: Units sold on the day, returns not taken off, in stocking units.
  y_unconstrained: Units that would have been sold had there been enough, in stocking units; y, on a
    day that sold out with what the series' days of as many or more sold beyond it, for each of them
    that did not sell out (the others may have sold more), and somewhat more where these are few;
    null on days that started without or are not known.
*/
select
    names.unique_id,
    days.day_on::timestamp as ds,
    days.is_known,
    days.is_in_stock,
    days.started_in_stock,
    days.is_sold_out as sold_out,
    days.sold_quantity as y_sold,
    days.unconstrained_quantity as y_unconstrained
from core.series_days as days
inner join core.demand_names as names using (series_number)
