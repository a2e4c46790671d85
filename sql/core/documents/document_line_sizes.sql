/*
about: >-
  Lines taken apart by size; one row per line and size, and one with size '' for a line without
  sizes.
grain: [document_kind, document_id, line_id, size]
columns:
  document_kind:
  document_id:
  line_id:
  size: Name of the size on the line; '' for a line without sizes.
  position:
  product_option_id:
  code: Code of the size, or of the line where it has no sizes.
  quantity: Units of the size; negative on credit notes.
*/
select
    lines.document_kind,
    lines.document_id,
    lines.line_id,
    coalesce(sizes.size, '') as size,
    coalesce(sizes.position, 1) as position,
    lines.product_option_id,
    case when sizes.size is null then lines.code else sizes.code end as code,
    coalesce(sizes.quantity, lines.quantity) as quantity
from core.document_lines as lines
left join staging.document_line_sizes as sizes using (document_kind, document_id, line_id)
