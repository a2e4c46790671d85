/*
about: What is spread over the sizes of a line is what stands on the line, to the last digit.
*/
select
    lines.document_kind,
    lines.document_id,
    lines.line_id
from core.document_lines as lines
left join core.document_line_shares as shares
    on
        lines.document_kind = shares.document_kind
        and lines.document_id = shares.document_id
        and lines.line_id = shares.line_id
group by
    lines.document_kind,
    lines.document_id,
    lines.line_id,
    lines.done_quantity,
    lines.discount
having
    coalesce(sum(shares.done_quantity), 0) <> lines.done_quantity
    or coalesce(sum(shares.discount), 0) <> lines.discount
