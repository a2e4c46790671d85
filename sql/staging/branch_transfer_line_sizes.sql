/*
about: >-
  Sizes of transfer lines that have any; one row per line and size. A size that stands
  twice on a line is added up.
grain: [transfer_id, line_id, size]
columns:
  transfer_id: Cin7 id of the transfer.
  line_id: Cin7 id of the line.
  size: Name of the size, verbatim.
  position: Place of the size on the line, from 1.
  code: Code of the size on the line, verbatim.
  quantity: Units of the size.
*/
with

lists as (
    select
        transfer_id,
        line_id,
        from_json(
            sizes, '[{"name": "VARCHAR", "code": "VARCHAR", "qty": "DECIMAL(18, 4)"}]'
        ) as entries
    from staging.branch_transfer_lines
),

entries as (
    select
        transfer_id,
        line_id,
        unnest(entries) as entry,
        generate_subscripts(entries, 1) as position
    from lists
)

select
    transfer_id,
    line_id,
    entry.name as size,
    min(position) as position,
    arg_min(entry.code, position) as code,
    sum(coalesce(entry.qty, 0))::decimal(18, 4) as quantity
from entries
where entry.name <> ''
group by transfer_id, line_id, entry.name
