/*
about: The price that planning.products shows is one that the price list has in the default tier.
*/
select
    products.product_option_id,
    products.size,
    products.unit_price
from planning.products as products
where
    products.currency is not null
    and not exists (
        select 1
        from planning.price_list as prices
        where
            prices.product_option_id = products.product_option_id
            and prices.size = products.size
            and prices.currency = products.currency
            and prices.price = products.unit_price
            and prices.is_default_tier
    )
