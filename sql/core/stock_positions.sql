/*
about: >-
  Stock at and on its way to each warehouse, now and at the end of each day with a snapshot.
  One row per reading, option, size and warehouse.
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

readings as (
    select
        true as is_current,
        today.today_on as snapshot_on,
        syncs.started_at as as_of_at
    from core.today as today
    left join core.last_syncs as syncs on syncs.entity = 'stock'
    union all
    select
        false as is_current,
        snapshot_on,
        max(read_at) as as_of_at
    from staging.stock_snapshots
    group by snapshot_on
),

positions as (
    select
        is_current,
        snapshot_on,
        product_option_id,
        size,
        warehouse,
        stock.code,
        stock.on_hand,
        stock.open_sales,
        stock.available,
        stock.incoming,
        in_transit.in_transit,
        stock.holding,
        stock.virtual
    from core.warehouse_stock as stock
    full join core.in_transit_stock as in_transit
        using (is_current, snapshot_on, product_option_id, size, warehouse)
)

select
    positions.is_current,
    positions.snapshot_on,
    positions.product_option_id,
    positions.size,
    positions.warehouse,
    coalesce(items.sku, positions.code, '') as sku,
    coalesce(positions.on_hand, 0) as on_hand,
    coalesce(positions.open_sales, 0) as open_sales,
    coalesce(positions.available, 0) as available,
    coalesce(positions.incoming, 0) as incoming,
    coalesce(positions.in_transit, 0) as in_transit,
    coalesce(positions.holding, 0) as holding,
    coalesce(positions.virtual, 0) as virtual,
    readings.as_of_at
from positions
inner join readings
    on positions.is_current = readings.is_current and positions.snapshot_on = readings.snapshot_on
left join core.items as items
    on positions.product_option_id = items.product_option_id and positions.size = items.size
