/*
about: >-
  Units sold and returned per day, and how many orders and customers are behind them; a day on
  which nothing moved has no row (planning.demand_series has one). One row per option, size,
  warehouse, channel and day.
grain: [product_option_id, size, warehouse, channel, sold_on]
sorted_by: [sku, warehouse, sold_on]
columns:
  product_option_id: Cin7 id of the option.
  size: Size of the item; '' when unsized.
  warehouse: Warehouse of the documents' branch; unmapped where the branch is not known.
  channel: Sales channel by the settings, else the document's source, else Direct.
  sold_on: Day of the sale (planning.sales_lines.sold_on) or of the return, local date.
  sku: Code of the item, verbatim.
  sold_quantity: Units sold, in stocking units.
  returned_quantity: Units returned, in stocking units, positive; on credit notes, or by lines of
    orders that are below 0 and have a price.
  net_quantity: Units sold less units returned, in stocking units; negative on days of returns.
  order_count: Number of orders; an order and its split back orders (SO-1, SO-1-A) are one.
  customer_count: Number of customers who bought; sales without a customer count for none.
  largest_customer_share: Units of the customer who bought most as a share of those sold, 0 to 1;
    null where no customer is known or nothing was sold.
checks:
  net_is_sold_less_returned: net_quantity = sold_quantity - returned_quantity
  returned_quantity_is_not_negative: returned_quantity >= 0
  largest_customer_share_is_a_share: largest_customer_share between 0 and 1
*/
with

buyer_days as (
    select
        product_option_id,
        size,
        warehouse,
        channel,
        day_on,
        sum(sold_quantity) as bought_quantity
    from core.demand_lines
    where buyer_id is not null
    group by product_option_id, size, warehouse, channel, day_on, buyer_id
),

buyers as (
    select
        product_option_id,
        size,
        warehouse,
        channel,
        day_on,
        count(*) as customer_count,
        max(bought_quantity) as bought_quantity
    from buyer_days
    group by product_option_id, size, warehouse, channel, day_on
),

days as (
    select
        product_option_id,
        size,
        warehouse,
        channel,
        day_on,
        min(sku) as sku,
        sum(sold_quantity)::decimal(18, 4) as sold_quantity,
        sum(returned_quantity)::decimal(18, 4) as returned_quantity,
        count(distinct original_order_number) as order_count
    from core.demand_lines
    group by product_option_id, size, warehouse, channel, day_on
)

select
    days.product_option_id,
    days.size,
    days.warehouse,
    days.channel,
    days.day_on as sold_on,
    days.sku,
    days.sold_quantity,
    days.returned_quantity,
    (days.sold_quantity - days.returned_quantity)::decimal(18, 4) as net_quantity,
    days.order_count,
    coalesce(buyers.customer_count, 0) as customer_count,
    case
        when days.sold_quantity > 0
            then round(buyers.bought_quantity / days.sold_quantity, 4)
    end::decimal(18, 4) as largest_customer_share
from days
left join buyers using (product_option_id, size, warehouse, channel, day_on)
