/*
about: >-
  Stock of each item at each warehouse as it was last read. One row per option, size and
  warehouse with stock figures or units on their way.
grain: [product_option_id, size, warehouse]
columns:
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
  as_of_at: When Cin7's stock was read last (UTC), the same on all rows.
checks:
  sku_is_not_null: sku is not null
  in_transit_is_not_negative: in_transit >= 0
  available_is_on_hand_less_open_sales:
    {expect: available = on_hand - open_sales, severity: warn}
*/
select
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
