/*
about: >-
  The days from which each item's daily demand at each warehouse is taken: the last 28 whose
  orders are known and on which the item was not out of stock, from the day it was created in
  Cin7, or from its first sale if that was earlier, to yesterday.
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
        least(min(lines.day_on), min(options.created_on)) as first_on
    from core.depletion_lines as lines
    left join staging.product_options as options using (product_option_id, size)
    group by lines.product_option_id, lines.size, lines.warehouse
),

past_days as (
    select covered_days.day_on
    from core.covered_days as covered_days
    inner join core.today as today on covered_days.day_on < today.today_on
),

snapshots as (
    select snapshot_on
    from core.stock_readings
    where not is_current
),

-- Where no stock was read, no item is known to be out of it. More than 28 such days never count.
unread_days as (
    select past_days.day_on
    from past_days
    left join snapshots on past_days.day_on = snapshots.snapshot_on
    where snapshots.snapshot_on is null
    qualify row_number() over (order by past_days.day_on desc) <= 28
),

items as (
    select distinct
        product_option_id,
        size,
        item_number
    from core.item_numbers
),

days as (
    select
        pairs.product_option_id,
        pairs.size,
        pairs.warehouse,
        unread_days.day_on
    from pairs
    inner join unread_days on pairs.first_on <= unread_days.day_on
    union all
    select
        pairs.product_option_id,
        pairs.size,
        pairs.warehouse,
        past_days.day_on
    from pairs
    inner join items using (product_option_id, size)
    inner join core.warehouse_numbers using (warehouse)
    inner join core.stock_days as stock using (item_number, warehouse_number)
    inner join past_days on stock.snapshot_on = past_days.day_on
    where
        not stock.is_current
        and stock.on_hand > 0
        and pairs.first_on <= stock.snapshot_on
)

select
    product_option_id,
    size,
    warehouse,
    day_on
from days
qualify
    row_number() over (partition by product_option_id, size, warehouse order by day_on desc) <= 28
