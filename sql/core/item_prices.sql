/*
about: What a unit sells at in the default tier and what it costs; one row per option and size.
grain: [product_option_id, size]
columns:
  product_option_id: Cin7 id of the option.
  size: Size; '' when unsized.
  unit_price: Price of a unit in the default tier.
  unit_cost: Cost of a unit, in the currency of the price where there is one, else in the first.
  currency: Currency of price and cost (ISO code); null where Cin7 names none.
*/
with

tier_prices as (
    select
        product_option_id,
        size,
        min(currency) as currency,
        arg_min(price, currency) as price
    from core.option_prices
    where tier = lower(getvariable('price_tier'))
    group by product_option_id, size
),

costs as (
    select
        product_option_id,
        size,
        currency,
        price
    from core.option_prices
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
        case when lower(getvariable('price_tier')) = 'wholesale' then options.wholesale_price end
    ) as unit_price,
    coalesce(costs.price, first_costs.price) as unit_cost,
    tier_prices.currency
from staging.product_options as options
left join tier_prices
    on
        options.product_option_id = tier_prices.product_option_id
        and options.size = tier_prices.size
left join costs
    on
        tier_prices.product_option_id = costs.product_option_id
        and tier_prices.size = costs.size
        and tier_prices.currency = costs.currency
left join first_costs
    on
        options.product_option_id = first_costs.product_option_id
        and options.size = first_costs.size
