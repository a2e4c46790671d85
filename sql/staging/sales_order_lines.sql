/*
about: Lines of sales orders, renamed; one row per line.
grain: [sales_order_id, line_id]
columns:
  sales_order_id: Cin7 id of the order.
  line_id: Cin7 id of the line; below 0 its place, where the id does not tell it apart.
  parent_line_id:
  product_id: Product as Cin7 links it.
  product_option_id: Option as Cin7 links it.
  sort: Position on the document.
  code: Code as it stood when the line was written.
  name: Text of the line.
  integration_ref: Reference of the line in the system it came from.
  quantity: Units ordered.
  shipped_quantity: Units shipped.
  holding_quantity: Units on hold.
  unit_price: Price of a unit, in document currency.
  unit_cost:
  discount:
  uom_size: Stocking units in one unit of measure.
  sizes: Sizes of the line as a JSON array.
*/
select
    sales_order_id,
    coalesce(-place, id) as line_id,
    nullif(parent_id, 0) as parent_line_id,
    nullif(product_id, 0) as product_id,
    nullif(product_option_id, 0) as product_option_id,
    sort,
    code,
    name,
    integration_ref,
    qty as quantity,
    qty_shipped as shipped_quantity,
    holding_qty as holding_quantity,
    unit_price,
    unit_cost,
    discount,
    uom_size,
    sizes
from raw.sales_order_lines
