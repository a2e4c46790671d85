/*
about: >-
  What newer items begin with: a share of what older ones sold and took back before the newer ones'
  first day. An older item's own lines count, not what it began with itself. One row per line of the
  older item and newer item.
grain: [document_kind, document_id, line_id, product_option_id, size]
columns:
  document_kind: sales_order or credit_note.
  document_id:
  line_id:
  product_option_id: Option of the newer item.
  size: Size of the newer item; '' when unsized.
  sku: Code of the newer item.
  warehouse:
  day_on:
  left_out_by: Channel or customer group by which the settings leave the line out of demand; null
    where it is demand.
  sold_quantity: Units of the line that the newer item begins with; 0 on returns.
  returned_quantity: Units that came back, likewise; 0 on sales.
*/
select
    lines.document_kind,
    lines.document_id,
    lines.line_id,
    links.to_option_id as product_option_id,
    links.to_size as size,
    links.to_sku as sku,
    lines.warehouse,
    lines.day_on,
    lines.left_out_by,
    (lines.sold_quantity * links.share)::decimal(18, 4) as sold_quantity,
    (lines.returned_quantity * links.share)::decimal(18, 4) as returned_quantity
from core.depletion_lines as lines
inner join core.item_links as links using (product_option_id, size)
where lines.day_on < links.from_on
