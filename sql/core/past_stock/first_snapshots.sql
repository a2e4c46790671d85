/*
about: >-
  Stock of each item at each warehouse in the first snapshot and in the last, and the days between
  which movements lead from one to the other. One row per option, size and warehouse in either, or
  with movements before.
grain: [product_option_id, size, warehouse]
columns:
  product_option_id: Cin7 id of the option.
  size: Size of the item; '' when unsized.
  warehouse: Warehouse.
  first_on: First of the days before the first snapshot whose orders are known without a gap.
  snapshot_on: Day of the first snapshot.
  closed_on: Day at whose end that stock was there; the day before where it was read in the morning.
  on_hand: Units on hand in the first snapshot; 0 where it has none.
  last_closed_on: Day at whose end the stock of the last snapshot was there.
  last_on_hand: Units on hand in the last snapshot; 0 where it has none.
*/
with

readings as (
    select
        snapshot_on,
        snapshot_on - case
            when
                date_part(
                    'hour', timezone(getvariable('time_zone'), timezone('UTC', as_of_at))
                ) < 12
                then 1
            else 0
        end as closed_on
    from core.stock_readings
    where not is_current
),

bounds as (
    select
        min(snapshot_on) as snapshot_on,
        max(snapshot_on) as last_on,
        arg_min(closed_on, snapshot_on) as closed_on,
        arg_max(closed_on, snapshot_on) as last_closed_on
    from readings
),

spans as (
    select
        day_on,
        day_on - row_number() over (order by day_on)::integer as span
    from core.covered_days
),

span_starts as (
    select
        span,
        min(day_on) as first_on,
        max(day_on) as last_on
    from spans
    group by span
),

window_days as (
    select
        bounds.*,
        span_starts.first_on
    from bounds
    inner join span_starts
        on bounds.snapshot_on - 1 between span_starts.first_on and span_starts.last_on
),

snapshots as (
    select
        items.product_option_id,
        items.size,
        warehouses.warehouse,
        sum(stock.on_hand) filter (where stock.snapshot_on = bounds.snapshot_on) as on_hand,
        sum(stock.on_hand) filter (where stock.snapshot_on = bounds.last_on) as last_on_hand
    from core.stock_days as stock
    inner join bounds on stock.snapshot_on in (bounds.snapshot_on, bounds.last_on)
    inner join core.item_numbers as items using (item_number, sku_number)
    inner join core.warehouse_numbers as warehouses using (warehouse_number)
    where not stock.is_current and items.is_listed
    group by items.product_option_id, items.size, warehouses.warehouse
),

moved as (
    select distinct
        product_option_id,
        size,
        warehouse
    from core.stock_movements
)

select
    product_option_id,
    size,
    warehouse,
    window_days.first_on,
    window_days.snapshot_on,
    window_days.closed_on,
    coalesce(snapshots.on_hand, 0)::decimal(18, 4) as on_hand,
    window_days.last_closed_on,
    coalesce(snapshots.last_on_hand, 0)::decimal(18, 4) as last_on_hand
from snapshots
full join moved using (product_option_id, size, warehouse)
cross join window_days
