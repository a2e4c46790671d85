/*
about: >-
  Everything that can be sold and stocked, deleted items included so that history still finds
  them; one row per option and size.
grain: [product_option_id, size]
columns:
  product_option_id:
  size:
  product_id: Product the option belongs to.
  sku: The option's code, verbatim; its code with size or without is used where it has none.
  size_count: Number of sizes of the option.
  is_sku_shared: True where another item has the same sku; never for ''.
  is_kit: True for kits, whose stock is that of their components.
  is_sold_from_stock: False where it sells whether or not any is on hand, so that having none says
    nothing of its demand; so do kits, what is bought or made to order, pre-orders, gift vouchers
    and labour.
  is_deleted: True once the option is deleted in Cin7.
checks:
  sku_is_not_null: sku is not null
*/
with

coded as (
    select
        options.product_option_id,
        options.size,
        options.product_id,
        coalesce(
            nullif(options.code, ''),
            nullif(options.product_option_size_code, ''),
            nullif(options.product_option_code, ''),
            ''
        ) as sku,
        coalesce(lower(products.order_type) = 'kit', false) as is_kit,
        coalesce(lower(products.order_type), '') not in (
            'kit', 'buy to order', 'made to order', 'pre-order', 'gift voucher'
        )
        and coalesce(lower(products.stock_control), '') <> 'labour' as is_sold_from_stock,
        options.deleted_at is not null as is_deleted
    from staging.product_options as options
    left join staging.products as products using (product_id)
)

select
    product_option_id,
    size,
    product_id,
    sku,
    count(*) over (partition by product_option_id) as size_count,
    sku <> '' and count(*) over (partition by sku) > 1 as is_sku_shared,
    is_kit,
    is_sold_from_stock,
    is_deleted
from coded
