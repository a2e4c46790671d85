/*
about: >-
  Demand as time series for forecasting engines of the Nixtla kind (unique_id, ds, y): every day
  from a series' first sale or return to yesterday, without gaps. One row per series and day.
grain: [unique_id, ds]
columns:
  unique_id: Name of the series, sku|warehouse; items that share a sku are added up.
  ds: Local day.
  y: Units sold less units returned on the day over all channels, in stocking units; 0 where the
    day's orders were read and nothing moved, null where they were not read.
  is_in_stock: True where the warehouse had some of the sku on hand at the end of the day, false
    where it had none; null where no stock was read that day.
*/
with

sales as (
    select
        sku || '|' || warehouse as unique_id,
        sold_on,
        sum(net_quantity) as net_quantity
    from planning.demand_daily
    group by sku || '|' || warehouse, sold_on
),

stock as (
    select
        sku || '|' || warehouse as unique_id,
        snapshot_on,
        bool_or(on_hand > 0) as is_in_stock
    from planning.inventory_daily
    group by sku || '|' || warehouse, snapshot_on
),

snapshots as (
    select distinct snapshot_on
    from planning.inventory_daily
),

first_days as (
    select
        unique_id,
        min(sold_on) as first_on
    from sales
    group by unique_id
),

days as (
    select
        first_days.unique_id,
        unnest(generate_series(first_days.first_on, today.today_on - 1, interval 1 day))::date
            as day_on
    from first_days
    cross join core.today as today
)

select
    days.unique_id,
    days.day_on as ds,
    case
        when synced_days.day_on is not null then coalesce(sales.net_quantity, 0)
    end::decimal(18, 4) as y,
    case
        when snapshots.snapshot_on is not null then coalesce(stock.is_in_stock, false)
    end as is_in_stock
from days
left join core.synced_days as synced_days on days.day_on = synced_days.day_on
left join snapshots on days.day_on = snapshots.snapshot_on
left join sales on days.unique_id = sales.unique_id and days.day_on = sales.sold_on
left join stock on days.unique_id = stock.unique_id and days.day_on = stock.snapshot_on
