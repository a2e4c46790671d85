/*
about: >-
  Everything that can be sold and stocked, deleted items included so that history still finds
  them; one row per option and size.
grain: [product_option_id, size]
columns:
  product_option_id:
  size:
  product_id: Product the option belongs to.
  name: Name of the product.
  sku: The option's code, verbatim; its code with size or without is used where it has none.
  size_count: Number of sizes of the option.
  is_sku_shared: True where another item has the same sku, of an item that Cin7 still has another
    that it still has; never for ''.
  is_kit: True for kits, whose stock is that of their components.
  is_stocked: False where it is never kept in stock, as its stock control is Labour or the settings
    say so; freight and services.
  is_sold_from_stock: False where it sells whether or not any is on hand, so that having none says
    nothing of its demand; so do kits, what is bought or made to order, pre-orders, gift vouchers
    and what is not kept in stock.
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
        coalesce(lower(products.order_type), '') as order_type,
        coalesce(lower(products.stock_control), '') as stock_control,
        products.category,
        products.sub_category,
        products.brand,
        products.style_code,
        products.name,
        options.deleted_at is not null as is_deleted
    from staging.product_options as options
    left join staging.products as products using (product_id)
),

not_stocked_items as (
    select
        product_option_id,
        size
    from coded
    where stock_control = 'labour'
    union
    select
        coded.product_option_id,
        coded.size
    from coded
    inner join settings.not_stocked as rules
        on
            case rules.field
                when 'category' then coded.category
                when 'sub_category' then coded.sub_category
                when 'brand' then coded.brand
                when 'style_code' then coded.style_code
                when 'code' then coded.sku
                when 'name' then coded.name
            end ilike rules.pattern
)

select
    coded.product_option_id,
    coded.size,
    coded.product_id,
    coded.name,
    coded.sku,
    count(*) over (partition by coded.product_option_id) as size_count,
    coded.sku <> ''
    and case
        when coded.is_deleted then count(*) over (partition by coded.sku)
        else count(*) over (partition by coded.sku, coded.is_deleted)
    end > 1 as is_sku_shared,
    coded.order_type = 'kit' as is_kit,
    not_stocked.size is null as is_stocked,
    not_stocked.size is null
    and coded.order_type not in (
        'kit', 'buy to order', 'made to order', 'pre-order', 'gift voucher'
    ) as is_sold_from_stock,
    coded.is_deleted
from coded
left join not_stocked_items as not_stocked using (product_option_id, size)
