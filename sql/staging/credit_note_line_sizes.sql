/*
about: >-
  Sizes of credit note lines that have any; one row per line and size. A size that stands
  twice on a line is added up.
grain: [credit_note_id, line_id, size]
columns:
  credit_note_id: Cin7 id of the credit note.
  line_id: Cin7 id of the line.
  size: Name of the size, verbatim.
  position: Place of the size on the line, from 1.
  code: Code of the size on the line, verbatim.
  quantity: Units of the size.
*/
with

lists as (
    select
        credit_note_id,
        line_id,
        regexp_split_to_array(size_codes, '\r?\n') as entries
    from staging.credit_note_lines
),

entries as (
    select
        credit_note_id,
        line_id,
        unnest(entries) as entry,
        generate_subscripts(entries, 1) as position
    from lists
)

select
    credit_note_id,
    line_id,
    split_part(entry, '|', 2) as size,
    min(position) as position,
    arg_min(split_part(entry, '|', 3), position) as code,
    sum(coalesce(try_cast(split_part(entry, '|', 1) as decimal(18, 4)), 0))::decimal(18, 4)
        as quantity
from entries
where split_part(entry, '|', 2) <> ''
group by credit_note_id, line_id, split_part(entry, '|', 2)
