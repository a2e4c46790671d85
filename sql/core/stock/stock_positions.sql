/*
about: >-
  Stock at and on its way to each warehouse as it was last read, branches added up. One row per
  option, size and warehouse.
grain: [product_option_id, size, warehouse]
columns:
  product_option_id:
  size:
  warehouse: Warehouse; unmapped where the branches are not known.
  sku:
  on_hand:
  open_sales:
  available:
  incoming:
  in_transit:
  holding:
  virtual:
  below_zero_quantity: Units below 0 on hand that are taken as 0, as a shelf cannot hold less; 0
    where the account sells without stock.
  as_of_at: When the stock was read (UTC).
*/
select
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
    case
        when getvariable('sells_without_stock') then 0
        else greatest(least(-stock.on_hand, -stock.available), 0)
    end::decimal(18, 4) as below_zero_quantity,
    readings.as_of_at
from core.stock_days as stock
inner join core.item_numbers as items using (item_number, sku_number)
inner join core.warehouse_numbers as warehouses using (warehouse_number)
inner join core.stock_readings as readings using (is_current, snapshot_on)
where stock.is_current
