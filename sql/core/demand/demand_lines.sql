/*
about: >-
  Units sold and units returned by the day they count for; one row per line and size of an order
  or credit note that no rule leaves out.
grain: [document_kind, document_id, line_id, size]
materialized: view
columns:
  document_kind:
  document_id:
  line_id:
  size:
  product_option_id:
  sku:
  warehouse:
  channel:
  buyer_id:
  original_order_number:
  day_on:
  sold_quantity:
  returned_quantity:
*/
select
    document_kind,
    document_id,
    line_id,
    size,
    product_option_id,
    sku,
    warehouse,
    channel,
    buyer_id,
    original_order_number,
    day_on,
    sold_quantity,
    returned_quantity
from core.depletion_lines
where left_out_by is null
