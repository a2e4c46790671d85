/*
about: >-
  Cin7's price columns taken apart, tiers as the account writes them; one row per option, size,
  tier and currency.
grain: [product_option_id, size, tier, currency]
columns:
  product_option_id:
  size:
  tier: Name of the price tier, verbatim; cost (in any letter case) is what it is bought at.
  currency: Currency of the price (ISO code).
  price: Price of a unit, in that currency; Cin7's 0 is none.
*/
with

entries as (
    select
        product_option_id,
        size,
        unnest(map_entries(from_json(price_columns, '"MAP(VARCHAR, DECIMAL(38, 4))"'))) as entry
    from staging.product_options
)

select
    product_option_id,
    size,
    left(entry.key, -3) as tier,
    right(entry.key, 3) as currency,
    entry.value as price
from entries
where regexp_full_match(entry.key, '.+[A-Z]{3}') and entry.value <> 0
