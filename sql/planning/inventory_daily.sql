/*
about: >-
  Stock of each item at each warehouse at the end of each day, from the last reading of the
  day; days without a reading are missing. One row per local day, option, size and warehouse.
grain: [snapshot_on, product_option_id, size, warehouse]
sorted_by: [sku, warehouse, snapshot_on, product_option_id, size]
ordered: true
example: |
  -- How did the stock of a warehouse move?
  select snapshot_on, warehouse, sum(on_hand) as units from planning.inventory_daily
  where snapshot_on >= current_date - 28 group by all order by all
columns:
  snapshot_on: Local day of the snapshot.
  product_option_id:
  size: Size of the item; '' when unsized.
  warehouse: Warehouse that holds or receives the units; unmapped where the branch is not known.
  sku: Code of the item, verbatim.
  on_hand: Units on hand, in stocking units, as Cin7 says.
  open_sales: Units on approved, undispatched sales orders, in stocking units, as Cin7 says.
  available: Units on hand less open sales, in stocking units, as Cin7 says.
  incoming: Units on approved, unreceived purchase orders, in stocking units, as Cin7 says.
  in_transit: Units on their way from another warehouse when the snapshot was read, in stocking
    units, from transfer lines; days before an upgrade that keeps this have what their dates say.
  holding: Units set aside, dispatched transfers among them, in stocking units, as Cin7 says.
  virtual: Kits that could be built from components, in units, as Cin7 says.
  as_of_at: When the snapshot was read (UTC).
checks:
  sku_is_not_null: sku is not null
*/
select
    stock.snapshot_on,
    items.product_option_id,
    items.size,
    warehouses.warehouse,
    items.sku,
    stock.on_hand,
    stock.open_sales,
    stock.available,
    stock.incoming,
    stock.in_transit,
    stock.holding,
    stock.virtual,
    readings.as_of_at
from core.stock_days as stock
inner join core.item_numbers as items using (item_number, sku_number)
inner join core.warehouse_numbers as warehouses using (warehouse_number)
inner join core.stock_readings as readings using (is_current, snapshot_on)
where not stock.is_current
