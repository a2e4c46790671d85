/*
about: >-
  The days from which each item's daily demand at each warehouse is taken: the last 28 whose
  orders are known and on which the item was not out of stock, from the day it was created in
  Cin7, or from its first sale if that was earlier, to yesterday. A day on which it sold is none
  out of stock, and what is not sold from stock has no such day.
  One row per option, size, warehouse and day.
grain: [product_option_id, size, warehouse, day_on]
columns:
  product_option_id: Cin7 id of the option.
  size: Size of the item; '' when unsized.
  warehouse: Warehouse.
  day_on: Local day.
*/
with

pairs as (
    select
        lines.product_option_id,
        lines.size,
        lines.warehouse,
        (row_number() over ())::integer as pair_number,
        least(min(lines.day_on), min(options.created_on)) as first_on,
        coalesce(bool_and(items.is_sold_from_stock), true) as is_sold_from_stock
    from core.depletion_lines as lines
    left join staging.product_options as options using (product_option_id, size)
    left join core.items as items using (product_option_id, size)
    group by lines.product_option_id, lines.size, lines.warehouse
),

past_days as (
    select
        covered_days.day_on,
        snapshots.snapshot_on is not null as is_stock_read
    from core.covered_days as covered_days
    inner join core.today as today on covered_days.day_on < today.today_on
    left join core.stock_readings as snapshots
        on covered_days.day_on = snapshots.snapshot_on and not snapshots.is_current
),

-- For what is not sold from stock the last 28 of all; else the last 28 on which none was read.
assumed_days as (
    select
        day_on,
        is_stock_read,
        row_number() over (order by day_on desc) as place,
        row_number() over (partition by is_stock_read order by day_on desc) as place_of_kind
    from past_days
    qualify place <= 28 or (not is_stock_read and place_of_kind <= 28)
),

sold_days as (
    select distinct
        pairs.pair_number,
        past_days.day_on
    from core.depletion_lines as lines
    inner join pairs using (product_option_id, size, warehouse)
    inner join past_days using (day_on)
    where lines.sold_quantity > 0 and pairs.is_sold_from_stock and past_days.is_stock_read
),

item_numbers as (
    select distinct
        product_option_id,
        size,
        item_number
    from core.item_numbers
),

stocked_days as (
    select
        pairs.pair_number,
        stock.snapshot_on as day_on
    from pairs
    inner join item_numbers using (product_option_id, size)
    inner join core.warehouse_numbers using (warehouse)
    inner join core.stock_days as stock using (item_number, warehouse_number)
    inner join past_days on stock.snapshot_on = past_days.day_on
    where
        not stock.is_current
        and stock.on_hand > 0
        and pairs.is_sold_from_stock
        and pairs.first_on <= stock.snapshot_on
),

days as (
    select
        pairs.pair_number,
        assumed_days.day_on
    from pairs
    inner join assumed_days on pairs.first_on <= assumed_days.day_on
    where
        (pairs.is_sold_from_stock and not assumed_days.is_stock_read)
        or (not pairs.is_sold_from_stock and assumed_days.place <= 28)
    union all
    select
        pair_number,
        day_on
    from stocked_days
    anti join sold_days using (pair_number, day_on)
    union all
    select
        pair_number,
        day_on
    from sold_days
),

sample as (
    select
        pair_number,
        day_on
    from days
    qualify row_number() over (partition by pair_number order by day_on desc) <= 28
)

select
    pairs.product_option_id,
    pairs.size,
    pairs.warehouse,
    sample.day_on
from sample
inner join pairs using (pair_number)
