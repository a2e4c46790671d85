/*
about: >-
  Which item a line means by the option that Cin7 links and the size it names, with or without the
  blanks around it; a line without a size means the option's only one. One row per option and size
  on a line.
grain: [product_option_id, line_size]
columns:
  product_option_id:
  line_size: Size on the line; '' for a line without sizes.
  size: Size of the item.
  sku:
*/
select
    product_option_id,
    size as line_size,
    size,
    sku
from core.items
union all
select
    product_option_id,
    '' as line_size,
    size,
    sku
from core.items
where size_count = 1 and size <> ''
union all
select
    items.product_option_id,
    trim(items.size) as line_size,
    items.size,
    items.sku
from core.items as items
anti join core.items as others
    on
        items.product_option_id = others.product_option_id
        and trim(items.size) = others.size
where items.size <> trim(items.size) and trim(items.size) <> ''
qualify count(*) over (partition by items.product_option_id, trim(items.size)) = 1
