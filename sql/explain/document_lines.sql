/*
about: >-
  Every line of every document that was read, as Cin7 has it, before any rule. One row per line.
grain: [document_kind, document_id, line_id]
sorted_by: [document_kind, document_id]
columns:
  document_kind: sales_order, purchase_order, transfer, credit_note, adjustment or production_job.
  document_id: Cin7 id of the document.
  line_id: Cin7 id of the line.
  sort: Position on the document.
  code: Code as it stood when the line was written.
  quantity: Units as Cin7 shows them; on production jobs those that are planned.
*/
with

lines as (
    select
        'sales_order' as document_kind,
        sales_order_id as document_id,
        *
    from staging.sales_order_lines
    union all by name
    select
        'purchase_order' as document_kind,
        purchase_order_id as document_id,
        *
    from staging.purchase_order_lines
    union all by name
    select
        'transfer' as document_kind,
        transfer_id as document_id,
        *
    from staging.branch_transfer_lines
    union all by name
    select
        'credit_note' as document_kind,
        credit_note_id as document_id,
        *
    from staging.credit_note_lines
    union all by name
    select
        'adjustment' as document_kind,
        adjustment_id as document_id,
        *
    from staging.adjustment_lines
    union all by name
    select
        'production_job' as document_kind,
        production_job_id as document_id,
        *,
        standard_quantity as quantity
    from staging.production_job_products
)

select
    document_kind,
    document_id,
    line_id,
    sort,
    code,
    quantity
from lines
