/*
about: >-
  Stock at and on its way to each warehouse, branches added up, now and at the end of each day
  with a snapshot; items and warehouses are numbers, for there is a row per day of history. One
  row per reading, item and warehouse.
grain: [is_current, snapshot_on, sku_number, item_number, warehouse_number]
materialized: view
columns:
  is_current: True for the stock as it was last read, false for the snapshot of a day.
  snapshot_on: Local day of the snapshot; of the current stock, today.
  item_number:
  sku_number: Number of the item's sku, else of its code in the stock list.
  warehouse_number: Number of the warehouse that holds or receives the units.
  on_hand:
  open_sales:
  available:
  incoming:
  in_transit:
  holding:
  virtual:
*/
select
    (place_key & 1) = 1 as is_current,
    date '1970-01-01' + ((place_key >> 1) & 4194303)::integer as snapshot_on,
    item_number,
    (place_key >> 37)::integer as sku_number,
    ((place_key >> 23) & 16383)::integer as warehouse_number,
    on_hand,
    open_sales,
    available,
    incoming,
    in_transit,
    holding,
    virtual
from core.numbered_stock
