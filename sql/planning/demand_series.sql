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
*/
with

demand as (
    select
        demand.sku,
        demand.warehouse,
        demand.sold_on,
        demand.net_quantity
    from planning.demand_daily as demand
    left join core.items as items using (product_option_id, size)
    where coalesce(items.is_stocked, true)
),

-- One number per series, because joining millions of days by two texts costs several times as much.
pairs as (
    select
        sku,
        warehouse,
        sku || '|' || warehouse as unique_id,
        dense_rank() over (order by sku || '|' || warehouse) as series_number,
        min(sold_on) as first_on
    from demand
    group by sku, warehouse
),

-- What sells without stock is in it all the time.
stockless_skus as (
    select distinct sku
    from core.items
    where not is_sold_from_stock
),

series as (
    select
        series_number,
        unique_id,
        min(first_on) as first_on,
        count(stockless_skus.sku) > 0 as is_stockless
    from pairs
    left join stockless_skus using (sku)
    group by series_number, unique_id
),

stock_series as (
    select distinct
        skus.sku_number,
        warehouses.warehouse_number,
        pairs.series_number
    from pairs
    inner join core.item_numbers as skus using (sku)
    inner join core.warehouse_numbers as warehouses using (warehouse)
),

-- One number per series and day, too: days since 1970 are less than ten million.
sales as (
    select
        pairs.series_number * 10000000 + (demand.sold_on - date '1970-01-01') as day_key,
        sum(demand.net_quantity) as net_quantity
    from demand
    inner join pairs using (sku, warehouse)
    group by day_key
),

-- Days on which it could be sold, 32 of them in the bits of one number: a row for each would be
-- millions to look up. Also what is left out of demand was there to be sold.
stock_numbers as (
    select
        stock_series.series_number,
        stock.snapshot_on - date '1970-01-01' as day_number
    from core.stock_days as stock
    inner join stock_series using (sku_number, warehouse_number)
    where not stock.is_current and stock.on_hand > 0
    union all
    select
        pairs.series_number,
        lines.day_on - date '1970-01-01' as day_number
    from core.depletion_lines as lines
    inner join pairs using (sku, warehouse)
    where lines.sold_quantity > 0
),

stocked_days as (
    select
        series_number * 10000000 + day_number - (day_number & 31) as block_key,
        bit_or(1::bigint << (day_number & 31)) as day_bits
    from stock_numbers
    group by block_key
),

snapshots as (
    select snapshot_on
    from core.stock_readings
    where not is_current
),

-- In the order of their names; all that follows is joined to them, and so keeps it.
ordered_series as (
    select
        series.series_number,
        series.unique_id,
        series.is_stockless,
        series.first_on,
        today.today_on
    from series
    cross join core.today as today
    order by series.series_number
),

series_days as (
    select
        unique_id,
        is_stockless,
        series_number * 10000000 as series_key,
        unnest(generate_series(first_on, today_on - 1, interval 1 day))::date as day_on
    from ordered_series
),

days as (
    select
        unique_id,
        day_on,
        is_stockless,
        series_key + day_number as day_key,
        series_key + day_number - (day_number & 31) as block_key,
        day_number & 31 as day_bit
    from (
        select
            *,
            day_on - date '1970-01-01' as day_number
        from series_days
    ) as numbered
)

select
    days.unique_id,
    days.day_on as ds,
    case
        when covered_days.day_on is not null then coalesce(sales.net_quantity, 0)
    end::decimal(18, 4) as y,
    case
        when snapshots.snapshot_on is not null
            then
                days.is_stockless
                or (coalesce(stocked_days.day_bits, 0) >> days.day_bit) & 1 = 1
    end as is_in_stock
from days
left join core.covered_days as covered_days using (day_on)
left join snapshots on days.day_on = snapshots.snapshot_on
left join sales using (day_key)
left join stocked_days using (block_key)
