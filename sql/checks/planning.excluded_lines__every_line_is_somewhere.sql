/*
about: Each line of every document Cin7 sent is in the table of its kind or in excluded_lines.
*/
with

published_lines as (
    select
        'sales_order' as document_kind,
        sales_order_id as document_id,
        line_id
    from planning.sales_lines
    union all
    select
        'credit_note' as document_kind,
        credit_note_id as document_id,
        line_id
    from planning.return_lines
    union all
    select
        'purchase_order' as document_kind,
        purchase_order_id as document_id,
        line_id
    from planning.purchase_order_lines
    union all
    select
        'transfer' as document_kind,
        transfer_id as document_id,
        line_id
    from planning.transfer_lines
    union all
    select
        document_kind,
        document_id,
        line_id
    from planning.excluded_lines
)

select
    lines.document_kind,
    lines.document_id,
    lines.line_id
from core.document_lines as lines
anti join published_lines using (document_kind, document_id, line_id)
