/*
about: >-
  Lines of purchase orders with what is received and still open; one row per line and size.
grain: [purchase_order_id, line_id, size]
columns:
  purchase_order_id: Cin7 id of the order.
  line_id:
  size:
  product_option_id:
  sku:
  ordered_quantity: Units ordered.
  received_quantity: Units received.
  open_quantity: Units still to come; 0 once Delivered or Archived.
  unit_cost: Buying price of a unit, in document currency.
*/
select
    orders.purchase_order_id,
    lines.line_id,
    lines.size,
    lines.product_option_id,
    lines.sku,
    lines.ordered_quantity,
    lines.fulfilled_quantity as received_quantity,
    case
        when orders.state in ('Draft', 'Active')
            then greatest(lines.ordered_quantity - lines.fulfilled_quantity, 0)
        else 0
    end::decimal(18, 4) as open_quantity,
    lines.unit_price as unit_cost
from core.included_lines as lines
inner join core.purchase_orders as orders
    on lines.document_kind = 'purchase_order' and lines.document_id = orders.purchase_order_id
