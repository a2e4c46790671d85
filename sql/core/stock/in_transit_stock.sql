/*
about: >-
  Units on their way between two warehouses, now, and when the stock of each day with a snapshot
  was read. One row per reading, item and receiving warehouse, both as numbers.
grain: [is_current, snapshot_on, item_number, warehouse_number]
columns:
  is_current: True for what is on its way now, false for what was when a day's snapshot was read.
  snapshot_on: Local day of the snapshot; of what is on its way now, today.
  item_number:
  sku_number:
  warehouse_number: Number of the warehouse that receives.
  in_transit: Units on their way.
*/
with

-- One row per item: an unlisted one is moved without a code.
items as (
    select
        product_option_id,
        size,
        item_number,
        sku_number
    from core.item_numbers
    where is_listed or sku = ''
),

movements as (
    select
        true as is_current,
        today.today_on as snapshot_on,
        lines.product_option_id,
        lines.size,
        transfers.destination_warehouse,
        lines.open_quantity
    from core.transfer_lines as lines
    inner join core.transfers as transfers using (transfer_id)
    cross join core.today as today
    where
        transfers.state = 'Active'
        and transfers.source_warehouse <> transfers.destination_warehouse
    union all
    select
        false as is_current,
        snapshot_on,
        lines.product_option_id,
        lines.size,
        lines.destination_warehouse,
        lines.open_quantity
    from core.transit_lines as lines
    inner join core.stock_readings as stock_readings using (snapshot_on)
    where not stock_readings.is_current
)

select
    movements.is_current,
    movements.snapshot_on,
    items.item_number,
    items.sku_number,
    warehouses.warehouse_number,
    sum(movements.open_quantity)::decimal(18, 4) as in_transit
from movements
inner join items using (product_option_id, size)
inner join core.warehouse_numbers as warehouses
    on movements.destination_warehouse = warehouses.warehouse
where movements.open_quantity <> 0
group by
    movements.is_current,
    movements.snapshot_on,
    items.item_number,
    items.sku_number,
    warehouses.warehouse_number
