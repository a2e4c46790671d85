/*
about: >-
  Which item each size of a line is: by the option Cin7 links, else by exact code. One row per
  size of a line that has sizes.
grain: [line_number, size]
columns:
  line_number:
  size: Name of the size on the line.
  item_option_id: Option of the item; null where none was found.
  item_size: Size of the item; the size of the line where none was found.
*/
with

matches as (
    select
        sizes.line_number,
        sizes.size,
        coalesce(linked.product_option_id, coded.product_option_id) as option_id,
        coalesce(linked.size, coded.size, sizes.size) as landing_size
    from core.document_line_sizes as sizes
    left join core.linked_items as linked
        on
            sizes.product_option_id = linked.product_option_id
            and sizes.size = linked.line_size
    left join core.coded_items as coded on sizes.code = coded.code
),

-- Only where a size becomes another can two sizes of a line be the same.
moved_lines as (
    select distinct line_number
    from matches
    where landing_size <> size
),

-- Sizes of one line can lead to different items of the same size, which would be one row of two.
clashes as (
    select matches.line_number
    from moved_lines
    inner join matches using (line_number)
    group by matches.line_number, matches.landing_size
    having count(distinct coalesce(matches.option_id, 0)) > 1
)

select
    matches.line_number,
    matches.size,
    case
        when clashes.line_number is null or matches.landing_size = matches.size
            then matches.option_id
    end as item_option_id,
    case when clashes.line_number is null then matches.landing_size else matches.size end
        as item_size
from matches
left join clashes using (line_number)
