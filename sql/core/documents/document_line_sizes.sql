/*
about: >-
  Sizes of the lines that have any; a size that occurs twice on a line is added up. What a line has
  beyond its sizes, or they beyond it, is a rest without a size. One row per line and size.
grain: [line_number, size]
columns:
  line_number:
  size: Name of the size, verbatim; '' for the rest.
  position: Place of the size on the line, from 1.
  product_option_id:
  code: Code of the size on the line, verbatim.
  quantity: Units of the size; negative on credit notes, and of a rest where the sizes are more.
*/
with

entries as (
    select
        line_number,
        product_option_id,
        unnest(sizes) as entry,
        generate_subscripts(sizes, 1) as position
    from core.document_lines
    where sizes is not null
),

sizes as (
    select
        line_number,
        entry.name as size,
        min(position) as position,
        min(product_option_id) as product_option_id,
        arg_min(entry.code, position) as code,
        sum(coalesce(entry.qty, 0))::decimal(18, 4) as quantity
    from entries
    group by line_number, entry.name
),

totals as (
    select
        line_number,
        max(position) as position,
        sum(quantity)::decimal(18, 4) as quantity
    from sizes
    group by line_number
)

select
    line_number,
    size,
    position,
    product_option_id,
    code,
    quantity
from sizes
union all
select
    line_number,
    '' as size,
    totals.position + 1 as position,
    lines.product_option_id,
    lines.code,
    (lines.quantity - totals.quantity)::decimal(18, 4) as quantity
from totals
inner join core.document_lines as lines using (line_number)
where lines.quantity not in (0, totals.quantity)
