/*
about: Finding items neither loses nor doubles a unit of any line.
*/
with

size_totals as (
    select
        line_number,
        sum(quantity) as quantity
    from core.document_line_sizes
    group by line_number
),

item_totals as (
    select
        line_number,
        sum(ordered_quantity) as quantity
    from core.document_line_items
    group by line_number
)

select
    lines.document_kind,
    lines.document_id,
    lines.line_id
from core.document_lines as lines
left join size_totals using (line_number)
left join item_totals using (line_number)
where
    case when lines.sizes is null then lines.quantity else size_totals.quantity end
    is distinct from item_totals.quantity
