/*
about: What the sizes of a line get adds up to what the line has, to the last digit.
*/
with

totals as (
    select
        line_number,
        sum(fulfilled_quantity) as fulfilled_quantity,
        sum(discount) as discount
    from core.document_line_allocations
    group by line_number
)

select
    lines.document_kind,
    lines.document_id,
    lines.line_id
from core.document_lines as lines
left join totals using (line_number)
where
    lines.sizes is not null
    and (
        lines.fulfilled_quantity is distinct from totals.fulfilled_quantity
        or lines.sold_discount is distinct from totals.discount
    )
