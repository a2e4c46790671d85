/*
about: >-
  Units on their way between two warehouses, now and at the end of each day with a stock
  snapshot. One row per reading, item and receiving warehouse, both as numbers.
grain: [is_current, snapshot_on, item_number, warehouse_number]
columns:
  is_current: True for what is on its way now, false for what was on the day of a snapshot.
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
        items.item_number,
        items.sku_number,
        warehouses.warehouse_number,
        transfers.state,
        transfers.dispatched_on,
        transfers.received_on,
        case
            when transfers.state = 'Active' then lines.open_quantity else lines.quantity
        end as quantity
    from core.transfer_lines as lines
    inner join core.transfers as transfers using (transfer_id)
    inner join items using (product_option_id, size)
    inner join core.warehouse_numbers as warehouses
        on transfers.destination_warehouse = warehouses.warehouse
    where
        transfers.state in ('Active', 'Delivered')
        and transfers.source_warehouse <> transfers.destination_warehouse
),

bounds as (
    select
        min(snapshot_on) as first_on,
        max(snapshot_on) as last_on
    from core.stock_readings
    where not is_current
),

-- A transfer is spread over its days, because a join on a range of days compares all with all.
days as (
    select
        movements.item_number,
        movements.sku_number,
        movements.warehouse_number,
        movements.quantity,
        unnest(
            generate_series(
                greatest(movements.dispatched_on, bounds.first_on),
                least(movements.received_on - 1, bounds.last_on),
                interval 1 day
            )
        )::date as snapshot_on
    from movements
    cross join bounds
    where movements.dispatched_on is not null
),

readings as (
    select
        true as is_current,
        today.today_on as snapshot_on,
        movements.item_number,
        movements.sku_number,
        movements.warehouse_number,
        movements.quantity
    from movements
    cross join core.today as today
    where movements.state = 'Active'
    union all
    select
        stock_readings.is_current,
        snapshot_on,
        days.item_number,
        days.sku_number,
        days.warehouse_number,
        days.quantity
    from days
    inner join core.stock_readings as stock_readings using (snapshot_on)
    where not stock_readings.is_current
)

select
    is_current,
    snapshot_on,
    item_number,
    sku_number,
    warehouse_number,
    sum(quantity)::decimal(18, 4) as in_transit
from readings
where quantity <> 0
group by is_current, snapshot_on, item_number, sku_number, warehouse_number
