/*
about: >-
  Small numbers for items, so that millions of rows are joined, added up and sorted by integers
  instead of texts. What is stocked or moved without being an item of the product list has numbers
  too, one row for each code it goes by. One row per option, size and sku.
grain: [item_number, sku_number]
columns:
  item_number: Number of the option and size; the same in all its rows.
  sku_number: Place of the sku in the order of all skus; the same for items that share a sku.
  product_option_id: Cin7 id of the option.
  size: Size; '' when unsized.
  sku: Code of the item, else its code in the stock list, else ''.
  is_listed: True where it is an item of the product list.
*/
with

unlisted_items as (
    select
        product_option_id,
        size,
        coalesce(code, '') as sku
    from staging.stock_snapshots
    anti join core.items using (product_option_id, size)
    union
    select
        product_option_id,
        size,
        coalesce(code, '') as sku
    from staging.stock
    anti join core.items using (product_option_id, size)
    union
    select
        product_option_id,
        size,
        '' as sku
    from core.transfer_lines
    anti join core.items using (product_option_id, size)
),

coded_items as (
    select
        product_option_id,
        size,
        sku,
        true as is_listed
    from core.items
    union all
    select
        product_option_id,
        size,
        sku,
        false as is_listed
    from unlisted_items
)

select
    (dense_rank() over (order by product_option_id, size))::integer as item_number,
    (dense_rank() over (order by sku))::integer as sku_number,
    product_option_id,
    size,
    sku,
    is_listed
from coded_items
