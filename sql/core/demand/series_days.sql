/*
about: >-
  What is known of each day of each series, from the first day of its existence that is known to
  yesterday, without gaps; names are numbers, for there is a row per day of history. One row per
  series and day.
grain: [series_number, day_on]
sorted_by: [series_number, day_on]
ordered: true
columns:
  series_number: Number of the series in core.series.
  day_on: Local day.
  is_known: True where the day's orders were read after it was over.
  sold_quantity: Units that left, as far as they are known.
  net_quantity: Units that left less units that came back, as far as they are known.
  is_in_stock: True where the warehouse had some of the sku on hand at the end of the day, or sold
    some that day, or sells it without having any; else false; null where no stock was read, nor
    walked back that can be believed (grade A or B in planning.stock_history).
  started_in_stock: True where it had some at the end of the day before, or got or sold some that
    day, or sells it without having any; else false; null where that of one of the two is not known.
  is_sold_out: True where it started with stock and ended without; null where not known.
  unconstrained_quantity: Units that would have been sold had there been enough; net_quantity, on a
    day that sold out with what the series' days of as many or more sold beyond it, for each of them
    that did not sell out, and somewhat more where these are few; null on days that started without
    or are not known.
*/
with

lines as (
    select
        series.series_number,
        lines.day_on - date '1970-01-01' as day_number,
        lines.sold_quantity,
        lines.returned_quantity
    from core.series_lines as lines
    inner join core.series as series using (kind, sku, warehouse)
),

-- Also what is left out of demand was there to be sold.
shelf_lines as (
    select
        sku,
        warehouse,
        day_on
    from core.depletion_lines
    where sold_quantity > 0
    union all
    select
        sku,
        warehouse,
        day_on
    from core.linked_lines
    where sold_quantity > 0
),

sold_days as (
    select distinct
        series.series_number,
        lines.day_on - date '1970-01-01' as day_number
    from shelf_lines as lines
    inner join core.series as series using (sku, warehouse)
    where not series.is_stockless
),

-- Before its own first day, a newer item was there where the one that it begins with was.
stock_series as (
    select distinct
        skus.sku_number,
        warehouses.warehouse_number,
        series.series_number,
        null::date as until_on
    from core.series as series
    inner join core.item_numbers as skus using (sku)
    inner join core.warehouse_numbers as warehouses using (warehouse)
    where not series.is_stockless
    union all
    select distinct
        skus.sku_number,
        warehouses.warehouse_number,
        series.series_number,
        links.from_on as until_on
    from core.series as series
    inner join core.item_links as links on series.sku = links.to_sku
    inner join core.item_numbers as skus using (product_option_id, size)
    inner join core.warehouse_numbers as warehouses using (warehouse)
    where not series.is_stockless
),

stock_numbers as (
    select
        stock_series.series_number,
        readings.closed_on - date '1970-01-01' as day_number,
        1 as held,
        0 as sold
    from core.stock_days as stock
    inner join core.stock_readings as readings using (is_current, snapshot_on)
    inner join stock_series using (sku_number, warehouse_number)
    where
        not stock.is_current
        and stock.on_hand > 0
        and coalesce(readings.closed_on < stock_series.until_on, true)
    union all
    select
        series_number,
        day_number,
        0 as held,
        1 as sold
    from sold_days
),

-- One number per series and day, because joining millions of days by two columns costs more; days
-- since 1970 are less than ten million. 32 days are in the bits of one number: a row for each would
-- be millions to look up.
numbered_blocks as (
    select
        series_number * 10000000::bigint + day_number - (day_number & 31) as block_key,
        bit_or(held::bigint << (day_number & 31)) as held_bits,
        bit_or(sold::bigint << (day_number & 31)) as sold_bits
    from stock_numbers
    group by block_key
),

-- Before the first snapshot stands what is walked back or imported, where it can be believed.
past_spans as (
    select
        stock_series.series_number,
        items.item_number,
        spans.first_on - date '1970-01-01' as first_number,
        least(spans.last_on, stock_series.until_on - 1) - date '1970-01-01' as last_number,
        spans.is_imported or coalesce(grades.grade in ('A', 'B'), false) as is_believed,
        spans.on_hand > 0 as is_held
    from core.past_stock_spans as spans
    inner join core.item_numbers as items using (product_option_id, size)
    inner join core.warehouse_numbers using (warehouse)
    inner join stock_series using (sku_number, warehouse_number)
    left join core.past_stock_grades as grades using (product_option_id, size, warehouse)
    where items.is_listed
),

span_blocks as (
    select
        *,
        unnest(generate_series(first_number - (first_number & 31), last_number, 32)) as block_number
    from past_spans
),

masks as (
    select
        *,
        (1::bigint << (least(last_number - block_number, 31) + 1)::integer)
        - (1::bigint << greatest(first_number - block_number, 0)::integer) as mask
    from span_blocks
),

item_blocks as (
    select
        series_number * 10000000::bigint + block_number as block_key,
        item_number,
        bit_or(case when is_believed then mask else 0 end) as read_bits,
        bit_or(case when is_believed and is_held then mask else 0 end) as held_bits
    from masks
    group by block_key, item_number
),

-- Of items that share a sku, all must be believed.
past_blocks as (
    select
        block_key,
        bit_or(held_bits) & bit_and(read_bits) as held_bits,
        bit_and(read_bits) as read_bits
    from item_blocks
    group by block_key
),

blocks as (
    select
        block_key,
        held_bits,
        sold_bits,
        0::bigint as read_bits
    from numbered_blocks
    union all
    select
        block_key,
        held_bits,
        0::bigint as sold_bits,
        read_bits
    from past_blocks
),

-- What was held at the end of a day was there at the start of the next.
shifted as (
    select
        block_key,
        held_bits,
        sold_bits,
        read_bits,
        held_bits << 1 as opening_bits,
        read_bits << 1 as read_before_bits
    from blocks
    union all
    select
        block_key + 32 as block_key,
        0 as held_bits,
        0 as sold_bits,
        0 as read_bits,
        (held_bits >> 31) & 1 as opening_bits,
        (read_bits >> 31) & 1 as read_before_bits
    from blocks
    where ((held_bits | read_bits) >> 31) & 1 = 1
),

stocked_days as (
    select
        block_key,
        bit_or(held_bits) as held_bits,
        bit_or(held_bits | sold_bits) as in_stock_bits,
        bit_or(held_bits | sold_bits | opening_bits) as started_bits,
        bit_or(read_bits) as read_bits,
        bit_or(read_before_bits) as read_before_bits
    from shifted
    group by block_key
),

closed_days as (
    select distinct closed_on
    from core.stock_readings
    where not is_current
),

readings as (
    select
        closed_on as day_on,
        coalesce(closed_on - 1 = lag(closed_on) over (order by closed_on), false) as is_read_before
    from closed_days
),

calendar as (
    select
        day_on,
        covered_days.day_on is not null as is_known,
        readings.is_read_before is not null as is_read,
        coalesce(readings.is_read_before, false) as is_read_before
    from core.covered_days as covered_days
    full join readings using (day_on)
),

sales as (
    select
        lines.series_number,
        lines.day_number,
        sum(lines.sold_quantity) as sold_quantity,
        sum(lines.sold_quantity - lines.returned_quantity) as net_quantity
    from lines
    group by lines.series_number, lines.day_number
),

sale_days as (
    select
        sales.series_number,
        sales.day_number,
        sales.sold_quantity,
        sales.net_quantity,
        coalesce(calendar.is_known, false) as is_known,
        stocked_days.block_key is not null
        and (
            coalesce(calendar.is_read_before, false)
            or (
                coalesce(calendar.is_read, false)
                or (stocked_days.read_bits >> (sales.day_number & 31)) & 1 = 1
            )
            and (stocked_days.read_before_bits >> (sales.day_number & 31)) & 1 = 1
        )
        and (stocked_days.held_bits >> (sales.day_number & 31)) & 1 = 0 as is_sold_out
    from sales
    left join calendar on sales.day_number = calendar.day_on - date '1970-01-01'
    left join stocked_days
        on
            sales.series_number * 10000000::bigint + sales.day_number - (sales.day_number & 31)
            = stocked_days.block_key
),

-- Days that sold as many or more, and how many of them did not sell out: what these sold beyond a
-- day is all of it, what the others sold the least that it can have been. Few of them say little:
-- as if half a day more had not sold out, and a quarter of their mean had been sold beyond.
compared_days as (
    select
        *,
        sum(net_quantity) filter (where is_known) over more as more_quantity,
        count(*) filter (where is_known) over more as more_count,
        count(*) filter (where is_known and not is_sold_out) over more as free_count
    from sale_days
    window more as (partition by series_number order by net_quantity desc)
),

lifted_days as (
    select
        series_number * 10000000::bigint + day_number as day_key,
        sold_quantity,
        net_quantity,
        case
            when is_sold_out and net_quantity > 0 and more_count > 0
                then
                    net_quantity
                    + round(
                        (more_quantity - more_count * net_quantity + more_quantity / more_count / 8)
                        / (free_count + 0.5),
                        4
                    )
            else net_quantity
        end as unconstrained_quantity
    from compared_days
),

-- In the order of their names; all that follows is joined to them, and so keeps it.
ordered_series as (
    select
        series.series_number,
        bool_or(series.is_stockless) as is_stockless,
        min(series.starts_on) as starts_on,
        today.today_on
    from core.series as series
    cross join core.today as today
    where series.starts_on is not null
    group by series.series_number, today.today_on
    order by series.series_number
),

series_days as (
    select
        series_number,
        is_stockless,
        unnest(generate_series(starts_on, today_on - 1, interval 1 day))::date as day_on
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
),

known as (
    select
        days.series_number,
        days.day_on,
        coalesce(calendar.is_known, false) as is_known,
        coalesce(lifted_days.sold_quantity, 0) as sold_quantity,
        coalesce(lifted_days.net_quantity, 0) as net_quantity,
        case when calendar.is_known then coalesce(lifted_days.unconstrained_quantity, 0) end
            as unconstrained_quantity,
        case
            when calendar.is_read or (stocked_days.read_bits >> days.day_bit) & 1 = 1
                then
                    days.is_stockless
                    or (coalesce(stocked_days.in_stock_bits, 0) >> days.day_bit) & 1 = 1
        end as is_in_stock,
        case
            when
                calendar.is_read_before
                or (calendar.is_read or (stocked_days.read_bits >> days.day_bit) & 1 = 1)
                and (stocked_days.read_before_bits >> days.day_bit) & 1 = 1
                then
                    days.is_stockless
                    or (coalesce(stocked_days.started_bits, 0) >> days.day_bit) & 1 = 1
        end as started_in_stock,
        days.is_stockless
        or (coalesce(stocked_days.held_bits, 0) >> days.day_bit) & 1 = 1 as is_held
    from days
    left join calendar using (day_on)
    left join lifted_days using (day_key)
    left join stocked_days using (block_key)
)

select
    series_number,
    day_on,
    is_known,
    sold_quantity::decimal(18, 4) as sold_quantity,
    net_quantity::decimal(18, 4) as net_quantity,
    is_in_stock,
    started_in_stock,
    started_in_stock and not is_held as is_sold_out,
    case when coalesce(started_in_stock, is_in_stock, true) then unconstrained_quantity end
    ::decimal(18, 4) as unconstrained_quantity
from known
