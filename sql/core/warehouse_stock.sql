/*
about: >-
  Cin7's own stock figures, branches added up to warehouses, as they are now and as they were at
  the end of each day. One row per reading, option, size and warehouse.
grain: [is_current, snapshot_on, product_option_id, size, warehouse]
columns:
  is_current: True for the stock as it was last read, false for the snapshot of a day.
  snapshot_on: Local day of the snapshot; of the current stock, today.
  product_option_id: Cin7 id of the option.
  size: Size; '' when unsized.
  warehouse: Warehouse of the branches; unmapped where they are not known.
  code: Code of the item in the stock list.
  on_hand: Units on hand.
  open_sales: Units on approved, undispatched sales orders, as Cin7 says.
  available: Units on hand less open sales, as Cin7 says.
  incoming: Units on approved, unreceived purchase orders, as Cin7 says.
  holding: Units set aside, as Cin7 says.
  virtual: Kits that could be built, as Cin7 says.
*/
with

readings as (
    select
        true as is_current,
        today.today_on as snapshot_on,
        stock.product_option_id,
        stock.size,
        stock.branch_id,
        stock.code,
        stock.on_hand,
        stock.open_sales,
        stock.available,
        stock.incoming,
        stock.holding,
        stock.virtual
    from staging.stock as stock
    cross join core.today as today
    where stock.gone_at is null
    union all
    select
        false as is_current,
        snapshot_on,
        product_option_id,
        size,
        branch_id,
        code,
        on_hand,
        open_sales,
        available,
        incoming,
        holding,
        virtual
    from staging.stock_snapshots
)

select
    readings.is_current,
    readings.snapshot_on,
    readings.product_option_id,
    readings.size,
    coalesce(branch_warehouses.warehouse, 'unmapped') as warehouse,
    min(readings.code) as code,
    coalesce(sum(readings.on_hand), 0)::decimal(18, 4) as on_hand,
    coalesce(sum(readings.open_sales), 0)::decimal(18, 4) as open_sales,
    coalesce(sum(readings.available), 0)::decimal(18, 4) as available,
    coalesce(sum(readings.incoming), 0)::decimal(18, 4) as incoming,
    coalesce(sum(readings.holding), 0)::decimal(18, 4) as holding,
    coalesce(sum(readings.virtual), 0)::decimal(18, 4) as virtual
from readings
left join core.branch_warehouses as branch_warehouses
    on readings.branch_id = branch_warehouses.branch_id
group by
    readings.is_current,
    readings.snapshot_on,
    readings.product_option_id,
    readings.size,
    coalesce(branch_warehouses.warehouse, 'unmapped')
