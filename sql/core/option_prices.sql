/*
about: >-
  Prices by tier, whatever the case the account writes tiers in; one row per option, size, tier
  and currency.
grain: [product_option_id, size, tier, currency]
columns:
  product_option_id: Cin7 id of the option.
  size: Size; '' when unsized.
  tier: Name of the price tier in lower case; cost is what the option is bought at.
  currency: Currency of the price (ISO code).
  price: Price of a unit, in that currency.
*/
select
    product_option_id,
    size,
    lower(tier) as tier,
    currency,
    min(price) as price
from core.price_columns
group by product_option_id, size, lower(tier), currency
