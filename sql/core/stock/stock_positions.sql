/*
about: >-
  Stock at and on its way to each warehouse, branches added up, now and at the end of each day
  with a snapshot. One row per reading, option, size and warehouse.
grain: [is_current, snapshot_on, product_option_id, size, warehouse]
columns:
  is_current: True for the stock as it was last read, false for the snapshot of a day.
  snapshot_on: Local day of the snapshot; of the current stock, today.
  product_option_id:
  size:
  warehouse: Warehouse; unmapped where the branches are not known.
  sku: Code of the item, else its code in the stock list.
  on_hand:
  open_sales: Units on approved, undispatched sales orders, as Cin7 says.
  available:
  incoming: Units on approved, unreceived purchase orders, as Cin7 says.
  in_transit: Units on their way from another warehouse.
  holding: Units set aside, as Cin7 says.
  virtual: Kits that could be built, as Cin7 says.
  as_of_at: When the stock was read (UTC).
*/
with

-- When each reading took place: the newest sync of the stock list, and each day's snapshot.
readings as (
    select
        true as is_current,
        today.today_on as snapshot_on,
        arg_max(syncs.started_at, (syncs.finished_at, syncs.started_at, syncs.sync_id)) as as_of_at
    from core.today as today
    left join staging.sync_log as syncs on syncs.entity = 'stock'
    group by today.today_on
    union all
    select
        false as is_current,
        snapshot_on,
        max(read_at) as as_of_at
    from staging.stock_snapshots
    group by snapshot_on
),

branch_stock as (
    select
        readings.is_current,
        readings.snapshot_on,
        stock.*
    from staging.stock as stock
    inner join readings on readings.is_current
    where stock.deleted_at is null
    union all by name
    select
        false as is_current,
        snapshots.*
    from staging.stock_snapshots as snapshots
),

labelled as (
    select
        stock.*,
        coalesce(branches.warehouse, 'unmapped') as warehouse,
        coalesce(branches.is_alone, false) as is_alone
    from branch_stock as stock
    left join core.branch_warehouses as branches using (branch_id)
),

-- There is a row per day of history: only what branches share is added up, because that is slow.
warehouse_stock as (
    select *
    from labelled
    where is_alone
    union all by name
    select
        is_current,
        snapshot_on,
        product_option_id,
        size,
        warehouse,
        min(code) as code,
        sum(on_hand)::decimal(18, 4) as on_hand,
        sum(open_sales)::decimal(18, 4) as open_sales,
        sum(available)::decimal(18, 4) as available,
        sum(incoming)::decimal(18, 4) as incoming,
        sum(holding)::decimal(18, 4) as holding,
        sum(virtual)::decimal(18, 4) as virtual
    from labelled
    where not is_alone
    group by is_current, snapshot_on, product_option_id, size, warehouse
)

select
    is_current,
    snapshot_on,
    product_option_id,
    size,
    warehouse,
    coalesce(items.sku, stock.code, '') as sku,
    coalesce(stock.on_hand, 0) as on_hand,
    coalesce(stock.open_sales, 0) as open_sales,
    coalesce(stock.available, 0) as available,
    coalesce(stock.incoming, 0) as incoming,
    coalesce(in_transit.in_transit, 0) as in_transit,
    coalesce(stock.holding, 0) as holding,
    coalesce(stock.virtual, 0) as virtual,
    readings.as_of_at
from warehouse_stock as stock
full join core.in_transit_stock as in_transit
    using (is_current, snapshot_on, product_option_id, size, warehouse)
inner join readings using (is_current, snapshot_on)
left join core.items as items using (product_option_id, size)
