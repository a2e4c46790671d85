/*
about: >-
  Units on their way between two warehouses, now, and when the stock of each day with a snapshot
  was read; nothing is received of a transfer of which Cin7 has all as transferred. One row per
  reading, item and receiving warehouse, both as numbers.
grain: [item_number, reading_key]
columns:
  item_number:
  sku_number:
  reading_key: Warehouse that receives, day and reading in one number, as in core.numbered_stock.
  in_transit: Units on their way.
*/
with

contradictions as (
    select
        snapshot_on,
        transfer_id
    from (
        select
            transfer_id,
            quantity,
            received_quantity,
            unnest(snapshot_days) as snapshot_on
        from core.transit_states
    ) as states
    group by snapshot_on, transfer_id
    having bool_and(received_quantity >= quantity) and sum(received_quantity) > 0
),

past_movements as (
    select
        states.transfer_id,
        states.item_number,
        states.sku_number,
        states.warehouse_number,
        states.quantity,
        states.received_quantity,
        unnest(states.snapshot_days) as snapshot_on
    from core.transit_states as states
    cross join core.plausible_numbers as limits
    where states.item_number is not null and abs(states.received_quantity) < limits.unit_limit
),

movements as (
    select
        true as is_current,
        today.today_on as snapshot_on,
        numbers.item_number,
        numbers.sku_number,
        warehouses.warehouse_number,
        lines.open_quantity
    from core.transfer_lines as lines
    inner join core.transfers as transfers using (transfer_id)
    inner join core.item_numbers as numbers
        on
            lines.product_option_id = numbers.product_option_id
            and lines.size = numbers.size
            and (numbers.is_listed or numbers.sku = '')
    inner join core.warehouse_numbers as warehouses
        on transfers.destination_warehouse = warehouses.warehouse
    cross join core.today as today
    where
        transfers.state = 'Active'
        and transfers.source_warehouse <> transfers.destination_warehouse
    union all
    select
        false as is_current,
        lines.snapshot_on,
        lines.item_number,
        lines.sku_number,
        lines.warehouse_number,
        greatest(
            lines.quantity
            - case when contradictions.transfer_id is null then lines.received_quantity else 0 end,
            0
        )::decimal(18, 4) as open_quantity
    from past_movements as lines
    left join contradictions using (snapshot_on, transfer_id)
    inner join core.stock_readings as readings
        on lines.snapshot_on = readings.snapshot_on and not readings.is_current
)

select
    item_number,
    sku_number,
    (warehouse_number::bigint << 23)
    | ((snapshot_on - date '1970-01-01') << 1)
    | is_current::integer as reading_key,
    sum(open_quantity)::decimal(18, 4) as in_transit
from movements
where open_quantity <> 0
group by item_number, sku_number, reading_key
