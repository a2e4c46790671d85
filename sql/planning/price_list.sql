/*
about: >-
  Selling prices of every tier, as Cin7's price columns have them; what the items cost is in
  planning.products. One row per option that Cin7 still has, size, tier and currency.
grain: [product_option_id, size, tier, currency]
example: |
  -- Which items have no price in the tier that the settings name?
  select sku from planning.products anti join (from planning.price_list
  where is_default_tier) using (product_option_id, size)
columns:
  product_option_id:
  size: Size of the item; '' when unsized.
  tier: Name of the price tier as the account writes it.
  currency:
  sku: Code of the item, verbatim.
  price: Price of a unit, in the currency beside it.
  is_default_tier: True for the tier of the settings (wholesale unless set), in any letter case.
checks:
  price_is_not_null: price is not null
*/
select
    prices.product_option_id,
    prices.size,
    prices.tier,
    prices.currency,
    items.sku,
    prices.price,
    lower(prices.tier) = lower(getvariable('price_tier')) as is_default_tier
from core.option_prices as prices
inner join core.items as items using (product_option_id, size)
where lower(prices.tier) <> 'cost' and not items.is_deleted
