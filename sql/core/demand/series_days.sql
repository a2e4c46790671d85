/*
about: >-
  What is known of each day of each series, from its first sale to yesterday, without gaps; names
  are numbers, for there is a row per day of history. One row per series and day.
grain: [series_number, day_on]
sorted_by: [series_number, day_on]
ordered: true
columns:
  series_number: Number of the series in core.series.
  day_on: Local day.
  net_quantity: Units that left less units that came back; 0 where the day's orders were read and
    nothing moved, null where they were not read.
  is_in_stock: True where the warehouse had some of the sku on hand at the end of the day, or sold
    some that day, or sells it without having any; else false; null where no stock was read.
*/
with

lines as (
    select
        series.series_number,
        lines.day_on,
        lines.sold_quantity,
        lines.returned_quantity
    from core.depletion_lines as lines
    inner join core.series as series
        on
            lines.sku = series.sku
            and lines.warehouse = series.warehouse
            and (lines.left_out_by is null) = (series.kind = 'demand')
),

stock_series as (
    select distinct
        skus.sku_number,
        warehouses.warehouse_number,
        series.series_number
    from core.series as series
    inner join core.item_numbers as skus using (sku)
    inner join core.warehouse_numbers as warehouses using (warehouse)
    where not series.is_stockless
),

-- One number per series and day, because joining millions of days by two columns costs more; days
-- since 1970 are less than ten million.
sales as (
    select
        lines.series_number * 10000000::bigint + (lines.day_on - date '1970-01-01') as day_key,
        sum(lines.sold_quantity - lines.returned_quantity) as net_quantity
    from lines
    group by day_key
),

-- Also what is left out of demand was there to be sold.
sold_days as (
    select distinct
        series.series_number,
        lines.day_on
    from core.depletion_lines as lines
    inner join core.series as series using (sku, warehouse)
    where lines.sold_quantity > 0 and not series.is_stockless
),

-- Days on which it could be sold, 32 of them in the bits of one number: a row for each would be
-- millions to look up.
stock_numbers as (
    select
        stock_series.series_number,
        stock.snapshot_on - date '1970-01-01' as day_number
    from core.stock_days as stock
    inner join stock_series using (sku_number, warehouse_number)
    where not stock.is_current and stock.on_hand > 0
    union all
    select
        series_number,
        day_on - date '1970-01-01' as day_number
    from sold_days
),

stocked_days as (
    select
        series_number * 10000000::bigint + day_number - (day_number & 31) as block_key,
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
        bool_or(series.is_stockless) as is_stockless,
        min(series.first_on) as first_on,
        today.today_on
    from core.series as series
    cross join core.today as today
    group by series.series_number, today.today_on
    order by series.series_number
),

series_days as (
    select
        series_number,
        is_stockless,
        unnest(generate_series(first_on, today_on - 1, interval 1 day))::date as day_on
    from ordered_series
),

days as (
    select
        series_number,
        day_on,
        is_stockless,
        series_number * 10000000::bigint + day_number as day_key,
        series_number * 10000000::bigint + day_number - (day_number & 31) as block_key,
        day_number & 31 as day_bit
    from (
        select
            *,
            day_on - date '1970-01-01' as day_number
        from series_days
    ) as numbered
)

select
    days.series_number,
    days.day_on,
    case
        when covered_days.day_on is not null then coalesce(sales.net_quantity, 0)
    end::decimal(18, 4) as net_quantity,
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
