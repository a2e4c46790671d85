/*
about: >-
  Which item each size of a line is: by the option Cin7 links, else by exact code where one item
  alone has it. One row per line and size, and one with size '' for a line without sizes.
grain: [line_number, size]
columns:
  line_number:
  size: Name of the size on the line; '' for a line without sizes.
  item_option_id: Option of the item; null where none was found.
  item_size: Size of the item; the size of the line where none was found.
*/
with

unique_codes as (
    select
        sku,
        min(product_option_id) as product_option_id,
        min(size) as size
    from core.items
    where sku <> ''
    group by sku
    having count(*) = 1
),

line_sizes as (
    select
        line_number,
        size,
        product_option_id,
        code
    from core.document_line_sizes
    union all
    select
        line_number,
        '' as size,
        product_option_id,
        code
    from core.document_lines
    where sizes is null
),

matches as (
    select
        sizes.line_number,
        sizes.size,
        coalesce(
            linked.product_option_id, only_sizes.product_option_id, unique_codes.product_option_id
        ) as option_id,
        coalesce(linked.size, only_sizes.size, unique_codes.size, sizes.size) as landing_size
    from line_sizes as sizes
    left join core.items as linked using (product_option_id, size)
    left join core.items as only_sizes
        on
            sizes.product_option_id = only_sizes.product_option_id
            and sizes.size = ''
            and only_sizes.size_count = 1
    left join unique_codes on sizes.code = unique_codes.sku
),

-- Only where a size becomes another can two sizes of a line be the same.
moved_lines as (
    select distinct line_number
    from matches
    where size <> '' and landing_size <> size
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
