/*
about: Lines that no rule keeps out of the tables of their kind; one row per line and size.
grain: [document_kind, document_id, line_id, size]
columns:
  document_kind: sales_order, purchase_order, transfer or credit_note.
  document_id: Cin7 id of the document.
  line_id: Cin7 id of the line.
  size: Size of the item.
  product_option_id: Option of the item.
  sku: The item's sku.
  ordered_quantity: Units ordered; negative on credit notes.
  fulfilled_quantity: Units shipped or received as Cin7 says.
  is_partly_fulfilled: True where something of the whole line was shipped or received.
  quantity: Units of the row; shipped where above 0, else ordered, never negative on credit
    notes.
  unit_price: Price of a unit in document currency; on transfers its cost.
  discount: Discount on the row in document currency.
  value: Quantity times price less discount, in document currency.
checks:
  item_is_known: product_option_id is not null
*/
select
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
anti join core.line_exclusions using (document_kind, document_id, line_id, size)
