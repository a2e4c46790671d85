/*
about: No line and size is both in the table of its kind and in excluded_lines.
*/
with

included_lines as (
    select
        'sales_order' as document_kind,
        sales_order_id as document_id,
        line_id,
        size
    from planning.sales_lines
    union all
    select
        'credit_note' as document_kind,
        credit_note_id as document_id,
        line_id,
        size
    from planning.return_lines
    union all
    select
        'purchase_order' as document_kind,
        purchase_order_id as document_id,
        line_id,
        size
    from planning.purchase_order_lines
    union all
    select
        'transfer' as document_kind,
        transfer_id as document_id,
        line_id,
        size
    from planning.transfer_lines
)

select
    excluded.document_kind,
    excluded.document_id,
    excluded.line_id,
    excluded.size,
    excluded.rule
from planning.excluded_lines as excluded
inner join included_lines using (document_kind, document_id, line_id, size)
