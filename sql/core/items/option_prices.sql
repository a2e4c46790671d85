/*
about: >-
  Prices of options that can be, a tier of them under each way the account writes it; one row per
  option, size, tier and currency.
grain: [product_option_id, size, tier, currency]
materialized: view
columns:
  product_option_id:
  size:
  tier:
  currency:
  price:
*/
select
    prices.product_option_id,
    prices.size,
    prices.tier,
    prices.currency,
    prices.price::decimal(18, 4) as price
from staging.product_option_prices as prices
inner join core.plausible_numbers as limits on abs(prices.price) < limits.money_limit
