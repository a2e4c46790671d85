/*
about: >-
  Lines taken apart by size; one row per line and size, and one with size '' for a line without
  sizes.
grain: [document_kind, document_id, line_id, size]
columns:
  document_kind: sales_order, purchase_order, transfer or credit_note.
  document_id: Cin7 id of the document.
  line_id: Cin7 id of the line.
  size: Name of the size on the line; '' for a line without sizes.
  position: Place of the size on the line, from 1.
  product_option_id: Option as Cin7 links it.
  code: Code of the size, or of the line where it has no sizes.
  quantity: Units of the size; negative on credit notes.
*/
with

sizes as (
    select
        'sales_order' as document_kind,
        sales_order_id as document_id,
        line_id,
        size,
        position,
        code,
        quantity
    from staging.sales_order_line_sizes
    union all
    select
        'purchase_order' as document_kind,
        purchase_order_id as document_id,
        line_id,
        size,
        position,
        code,
        quantity
    from staging.purchase_order_line_sizes
    union all
    select
        'transfer' as document_kind,
        transfer_id as document_id,
        line_id,
        size,
        position,
        code,
        quantity
    from staging.branch_transfer_line_sizes
    union all
    select
        'credit_note' as document_kind,
        credit_note_id as document_id,
        line_id,
        size,
        position,
        code,
        quantity
    from staging.credit_note_line_sizes
)

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
left join sizes
    on
        lines.document_kind = sizes.document_kind
        and lines.document_id = sizes.document_id
        and lines.line_id = sizes.line_id
