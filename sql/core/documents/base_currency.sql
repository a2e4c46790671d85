/*
about: >-
  The account's base currency, the one in which most documents have the rate 1; one row, or none
  where no document says it.
grain: [currency]
columns:
  currency: The base currency (ISO code).
*/
with

rated_documents as (
    select currency
    from staging.purchase_orders
    where currency_rate = 1
    union all
    select currency
    from staging.sales_orders
    where currency_rate = 1
)

select mode(currency order by currency) as currency
from rated_documents
having count(currency) > 0
