/*
about: Finding items neither loses nor doubles a unit of any document.
*/
with

size_totals as (
    select
        document_kind,
        document_id,
        sum(quantity) as quantity
    from core.document_line_sizes
    group by document_kind, document_id
),

item_totals as (
    select
        document_kind,
        document_id,
        sum(ordered_quantity) as quantity
    from core.document_line_items
    group by document_kind, document_id
)

select
    size_totals.document_kind,
    size_totals.document_id
from size_totals
left join item_totals using (document_kind, document_id)
where size_totals.quantity is distinct from item_totals.quantity
