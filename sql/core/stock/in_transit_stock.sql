/*
about: >-
  Units on their way between two warehouses, now and at the end of each day with a stock
  snapshot. One row per reading, option, size and receiving warehouse.
grain: [is_current, snapshot_on, product_option_id, size, warehouse]
columns:
  is_current: True for what is on its way now, false for what was on the day of a snapshot.
  snapshot_on: Local day of the snapshot; of what is on its way now, today.
  product_option_id: Cin7 id of the option.
  size: Size; '' when unsized.
  warehouse: Warehouse that receives.
  in_transit: Units on their way.
*/
with

movements as (
    select
        lines.product_option_id,
        lines.size,
        transfers.destination_warehouse as warehouse,
        transfers.state,
        transfers.dispatched_on,
        transfers.received_on,
        case
            when transfers.state = 'Active' then lines.open_quantity else lines.quantity
        end as quantity
    from core.transfer_lines as lines
    inner join core.transfers as transfers using (transfer_id)
    where
        transfers.state in ('Active', 'Delivered')
        and transfers.source_warehouse <> transfers.destination_warehouse
),

days as (
    select distinct snapshot_on
    from staging.stock_snapshots
),

readings as (
    select
        true as is_current,
        today.today_on as snapshot_on,
        movements.product_option_id,
        movements.size,
        movements.warehouse,
        movements.quantity
    from movements
    cross join core.today as today
    where movements.state = 'Active'
    union all
    select
        false as is_current,
        days.snapshot_on,
        movements.product_option_id,
        movements.size,
        movements.warehouse,
        movements.quantity
    from days
    inner join movements
        on
            days.snapshot_on >= movements.dispatched_on
            and (movements.received_on is null or days.snapshot_on < movements.received_on)
)

select
    is_current,
    snapshot_on,
    product_option_id,
    size,
    warehouse,
    sum(quantity)::decimal(18, 4) as in_transit
from readings
where quantity <> 0
group by is_current, snapshot_on, product_option_id, size, warehouse
