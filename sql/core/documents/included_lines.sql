/*
about: Lines that no rule keeps out of the tables of their kind; one row per line and size.
grain: [line_number, size]
materialized: view
columns:
  line_number:
  document_kind:
  document_id:
  line_id:
  size: Size of the item.
  product_option_id: Option of the item.
  sku: The item's sku.
  ordered_quantity:
  fulfilled_quantity:
  is_partly_fulfilled:
  quantity:
  unit_price:
  discount:
  value:
checks:
  item_is_known: product_option_id is not null
*/
select
    items.line_number,
    items.document_kind,
    items.document_id,
    items.line_id,
    items.size,
    items.product_option_id,
    items.sku,
    items.ordered_quantity,
    items.fulfilled_quantity,
    items.is_partly_fulfilled,
    items.quantity,
    items.unit_price,
    items.discount,
    items.value
from core.document_line_items as items
anti join core.line_exclusions using (line_number, size)
