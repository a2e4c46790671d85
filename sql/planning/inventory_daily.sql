/*
about: >-
  Stock of each item at each warehouse at the end of each day, from the last reading of the
  day; days without a reading are missing. One row per local day, option, size and warehouse.
grain: [snapshot_on, product_option_id, size, warehouse]
sorted_by: [sku, warehouse, snapshot_on]
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
  in_transit: Units on their way from another warehouse, in stocking units, from transfer lines.
  holding: Units set aside, dispatched transfers among them, in stocking units, as Cin7 says.
  virtual: Kits that could be built from components, in units, as Cin7 says.
  as_of_at: When the snapshot was read (UTC).
checks:
  sku_is_not_null: sku is not null
*/
select
    snapshot_on,
    product_option_id,
    size,
    warehouse,
    sku,
    on_hand,
    open_sales,
    available,
    incoming,
    in_transit,
    holding,
    virtual,
    as_of_at
from core.stock_positions
where not is_current
