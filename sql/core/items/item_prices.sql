/*
about: What a unit sells at in the default tier and what it costs; one row per option and size.
grain: [product_option_id, size]
columns:
  product_option_id:
  size:
  unit_price: Price of a unit in the default tier.
  unit_cost: Cost of a unit, in the currency of the price where there is one, else in the first.
  currency: Currency of price and cost (ISO code); null where Cin7 names none.
*/
with

-- Accounts write one tier in several ways, such as Wholesale and wholesale.
option_prices as (
    select
        product_option_id,
        size,
        lower(tier) as tier,
        currency,
        min(price) as price
    from core.option_prices
    group by product_option_id, size, lower(tier), currency
),

tier_prices as (
    select
        product_option_id,
        size,
        min(currency) as currency,
        arg_min(price, currency) as price
    from option_prices
    where tier = lower(getvariable('price_tier'))
    group by product_option_id, size
),

costs as (
    select
        product_option_id,
        size,
        currency,
        price
    from option_prices
    where tier = 'cost'
),

first_costs as (
    select
        product_option_id,
        size,
        arg_min(price, currency) as price
    from costs
    group by product_option_id, size
)

select
    options.product_option_id,
    options.size,
    coalesce(
        tier_prices.price,
        case
            when
                lower(getvariable('price_tier')) = 'wholesale'
                and abs(options.wholesale_price) < limits.money_limit
                then options.wholesale_price
        end
    ) as unit_price,
    coalesce(costs.price, first_costs.price) as unit_cost,
    tier_prices.currency
from staging.product_options as options
cross join core.plausible_numbers as limits
left join tier_prices using (product_option_id, size)
left join costs using (product_option_id, size, currency)
left join first_costs using (product_option_id, size)
