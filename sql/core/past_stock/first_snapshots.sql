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

snapshots as (
    select
        items.product_option_id,
        items.size,
        warehouses.warehouse,
        sum(stock.on_hand) filter (where stock.snapshot_on = bounds.snapshot_on) as on_hand,
        sum(stock.on_hand) filter (where stock.snapshot_on = bounds.last_snapshot_on)
            as last_on_hand
    from core.stock_days as stock
    inner join core.past_stock_window as bounds
        on stock.snapshot_on in (bounds.snapshot_on, bounds.last_snapshot_on)
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
cross join core.past_stock_window as window_days
