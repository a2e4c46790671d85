/*
about: >-
  Stock of each item at each warehouse as it was last read. One row per option, size and
  warehouse with stock figures or units on their way.
grain: [product_option_id, size, warehouse]
example: |
  -- What is below zero in Cin7?
  select sku, name, warehouse, on_hand, available from planning.inventory where on_hand < 0
  order by on_hand
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
  name: Name of the product.
checks:
  sku_is_not_null: sku is not null
  in_transit_is_not_negative: in_transit >= 0
  available_is_on_hand_less_open_sales:
    {expect: available = on_hand - open_sales, severity: warn}
*/
select
    positions.product_option_id,
    positions.size,
    positions.warehouse,
    positions.sku,
    positions.on_hand,
    positions.open_sales,
    positions.available,
    positions.incoming,
    positions.in_transit,
    positions.holding,
    positions.virtual,
    positions.as_of_at,
    items.name
from core.stock_positions as positions
left join core.items as items using (product_option_id, size)
