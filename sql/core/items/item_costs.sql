/*
about: >-
  What a unit costs in the account's base currency; one row per option and size with a cost.
grain: [product_option_id, size]
columns:
  product_option_id:
  size: Size of the item; '' when unsized.
  unit_cost: Cost of a unit without tax, in the base currency.
  currency: The base currency (ISO code); null where no document says it.
  cost_basis: last_purchase (price without tax on the last received purchase order of which tax and
    rate are known), cost_price (Cin7's price column, as it is) or cost_price_converted (a cost
    price in another currency, at the rate of the last purchase order in it).
checks:
  cost_is_not_null: unit_cost is not null
*/
with

rated_orders as (
    select
        purchase_order_id as document_id,
        currency,
        currency_rate,
        created_at
    from staging.purchase_orders
    where currency_rate > 0 and currency_rate < 1e6
    union all
    select
        sales_order_id as document_id,
        currency,
        currency_rate,
        created_at
    from staging.sales_orders
    where currency_rate > 0 and currency_rate < 1e6
),

rates as (
    select
        currency,
        arg_max(currency_rate, (created_at, document_id)) as rate
    from rated_orders
    where currency is not null
    group by currency
),

purchases as (
    select
        product_option_id,
        size,
        arg_max(unit_cost_base, (received_on, line_id)) as unit_cost
    from planning.purchase_order_lines
    where
        state = 'Delivered'
        and received_quantity > 0
        and unit_cost_base > 0
        and received_on is not null
        and product_option_id is not null
    group by product_option_id, size
),

cost_prices as (
    select
        prices.product_option_id,
        prices.size,
        min(prices.price) filter (where prices.currency = base.currency) as own_price,
        min(prices.price::double * rates.rate) filter (where prices.currency <> base.currency)
            as converted_price
    from staging.product_option_prices as prices
    left join core.base_currency as base on true
    left join rates on prices.currency = rates.currency
    where lower(prices.tier) = 'cost' and prices.price > 0
    group by prices.product_option_id, prices.size
),

costs as (
    select
        product_option_id,
        size,
        coalesce(purchases.unit_cost, cost_prices.own_price, cost_prices.converted_price)
            as unit_cost,
        case
            when purchases.unit_cost is not null then 'last_purchase'
            when cost_prices.own_price is not null then 'cost_price'
            else 'cost_price_converted'
        end as cost_basis
    from purchases
    full join cost_prices using (product_option_id, size)
)

select
    costs.product_option_id,
    costs.size,
    costs.unit_cost::decimal(18, 4) as unit_cost,
    base.currency,
    costs.cost_basis
from costs
left join core.base_currency as base on true
where costs.unit_cost < 1e12
