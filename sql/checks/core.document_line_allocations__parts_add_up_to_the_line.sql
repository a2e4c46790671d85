/*
about: What the sizes of a line get adds up to what the line has, to the last digit.
*/
select
    lines.document_kind,
    lines.document_id,
    lines.line_id
from core.document_lines as lines
left join core.document_line_allocations as parts using (document_kind, document_id, line_id)
group by
    lines.document_kind,
    lines.document_id,
    lines.line_id,
    lines.fulfilled_quantity,
    lines.discount
having
    coalesce(sum(parts.fulfilled_quantity), 0) <> lines.fulfilled_quantity
    or coalesce(sum(parts.discount), 0) <> lines.discount
