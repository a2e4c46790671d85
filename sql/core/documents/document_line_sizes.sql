/*
about: >-
  Sizes of the lines that have any; one row per line and size. A size that occurs twice on a line
  is added up.
grain: [line_number, size]
columns:
  line_number:
  size: Name of the size, verbatim.
  position: Place of the size on the line, from 1.
  product_option_id:
  code: Code of the size on the line, verbatim.
  quantity: Units of the size; negative on credit notes.
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
)

select
    line_number,
    entry.name as size,
    min(position) as position,
    min(product_option_id) as product_option_id,
    arg_min(entry.code, position) as code,
    sum(coalesce(entry.qty, 0))::decimal(18, 4) as quantity
from entries
group by line_number, entry.name
