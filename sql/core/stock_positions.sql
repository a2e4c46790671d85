/*
about: >-
  Stock at and on its way to each warehouse, branches added up, now and at the end of each day
  with a snapshot. One row per reading, option, size and warehouse.
grain: [is_current, snapshot_on, product_option_id, size, warehouse]
columns:
  is_current: True for the stock as it was last read, false for the snapshot of a day.
  snapshot_on: Local day of the snapshot; of the current stock, today.
  product_option_id: Cin7 id of the option.
  size: Size; '' when unsized.
  warehouse: Warehouse; unmapped where the branches are not known.
  sku: Code of the item, else its code in the stock list.
  on_hand: Units on hand.
  open_sales: Units on approved, undispatched sales orders, as Cin7 says.
  available: Units on hand less open sales, as Cin7 says.
  incoming: Units on approved, unreceived purchase orders, as Cin7 says.
  in_transit: Units on their way from another warehouse.
  holding: Units set aside, as Cin7 says.
  virtual: Kits that could be built, as Cin7 says.
  as_of_at: When the stock was read (UTC).
*/
with

branch_stock as (
    select
        readings.is_current,
        readings.snapshot_on,
        stock.*
    from staging.stock as stock
    inner join core.stock_readings as readings on readings.is_current
    where stock.gone_at is null
    union all by name
    select
        false as is_current,
        snapshots.*
    from staging.stock_snapshots as snapshots
),

figures as (
    select
        stock.*,
        coalesce(branches.warehouse, 'unmapped') as warehouse
    from branch_stock as stock
    left join core.branch_warehouses as branches on stock.branch_id = branches.branch_id
    union all by name
    select
        is_current,
        snapshot_on,
        product_option_id,
        size,
        warehouse,
        in_transit
    from core.in_transit_stock
),

positions as (
    select
        is_current,
        snapshot_on,
        product_option_id,
        size,
        warehouse,
        min(code) as code,
        coalesce(sum(on_hand), 0)::decimal(18, 4) as on_hand,
        coalesce(sum(open_sales), 0)::decimal(18, 4) as open_sales,
        coalesce(sum(available), 0)::decimal(18, 4) as available,
        coalesce(sum(incoming), 0)::decimal(18, 4) as incoming,
        coalesce(sum(in_transit), 0)::decimal(18, 4) as in_transit,
        coalesce(sum(holding), 0)::decimal(18, 4) as holding,
        coalesce(sum(virtual), 0)::decimal(18, 4) as virtual
    from figures
    group by is_current, snapshot_on, product_option_id, size, warehouse
)

select
    positions.is_current,
    positions.snapshot_on,
    positions.product_option_id,
    positions.size,
    positions.warehouse,
    coalesce(items.sku, positions.code, '') as sku,
    positions.on_hand,
    positions.open_sales,
    positions.available,
    positions.incoming,
    positions.in_transit,
    positions.holding,
    positions.virtual,
    readings.as_of_at
from positions
inner join core.stock_readings as readings
    on positions.is_current = readings.is_current and positions.snapshot_on = readings.snapshot_on
left join core.items as items
    on positions.product_option_id = items.product_option_id and positions.size = items.size
