/*
about: >-
  Units sold and returned per day, and how many orders and customers are behind them; a day without
  a sale or a return has no row (planning.demand_series has one). One row per option, size,
  warehouse, channel and day.
grain: [product_option_id, size, warehouse, channel, sold_on]
sorted_by: [sku, product_option_id, size, warehouse, channel, sold_on]
ordered: true
example: |
  -- Which items sold most in the last 28 days, and to how few customers?
  select sku, sum(net_quantity) as units, max(largest_customer_share) as largest_share
  from planning.demand_daily where sold_on >= current_date - 28 group by sku
  order by units desc limit 20
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
  order_count: Number of orders that took more than 0 units; an order and its split back orders
    (SO-1, SO-1-A) are one.
  customer_count: Number of customers who bought any; sales without a customer count for none.
  largest_customer_share: Units of the customer who bought most as a share of those sold, 0 to 1;
    null where no customer is known or nothing was sold.
checks:
  net_is_sold_less_returned: net_quantity = sold_quantity - returned_quantity
  returned_quantity_is_not_negative: returned_quantity >= 0
  largest_customer_share_is_a_share: largest_customer_share between 0 and 1
*/
with

items as (
    select
        product_option_id,
        size,
        row_number() over (order by sku, product_option_id, size) as item_number
    from (
        select
            product_option_id,
            size,
            min(sku) as sku
        from core.demand_lines
        group by product_option_id, size
    ) as sold_items
),

places as (
    select
        warehouse,
        channel,
        row_number() over (order by warehouse, channel) as place_number
    from (
        select distinct
            warehouse,
            channel
        from core.demand_lines
    ) as names
),

-- One number per item, place and day, because millions of rows are grouped and sorted by it: days
-- since 1970 take 22 bits, places 18.
lines as (
    select
        (items.item_number << 40)
        | (places.place_number << 22)
        | (lines.day_on - date '1970-01-01') as day_key,
        lines.sku,
        lines.buyer_id,
        lines.original_order_number,
        lines.sold_quantity,
        lines.returned_quantity
    from core.demand_lines as lines
    inner join items using (product_option_id, size)
    inner join places using (warehouse, channel)
),

days as (
    select
        day_key,
        min(sku) as sku,
        sum(sold_quantity)::decimal(18, 4) as sold_quantity,
        sum(returned_quantity)::decimal(18, 4) as returned_quantity,
        count(*) as line_count,
        count(original_order_number) as order_count,
        count(buyer_id) as customer_count
    from lines
    group by day_key
),

-- Most days have one line; only where there are several are orders and customers looked at.
busy_keys as (
    select day_key
    from days
    where line_count > 1
),

busy_lines as (
    select lines.*
    from lines
    semi join busy_keys using (day_key)
),

busy_days as (
    select
        day_key,
        count(distinct original_order_number) as order_count
    from busy_lines
    group by day_key
),

buyer_days as (
    select
        day_key,
        sum(sold_quantity) as bought_quantity
    from busy_lines
    where buyer_id is not null
    group by day_key, buyer_id
),

buyers as (
    select
        day_key,
        count(*) as customer_count,
        max(bought_quantity) as bought_quantity
    from buyer_days
    group by day_key
),

counted as (
    select
        days.day_key,
        days.sku,
        days.sold_quantity,
        days.returned_quantity,
        coalesce(busy_days.order_count, days.order_count) as order_count,
        case
            when days.line_count > 1 then coalesce(buyers.customer_count, 0)
            else days.customer_count
        end as customer_count,
        case
            when days.line_count > 1 then buyers.bought_quantity
            when days.customer_count = 1 then days.sold_quantity
        end as bought_quantity
    from days
    left join busy_days using (day_key)
    left join buyers using (day_key)
    order by days.day_key
)

select
    items.product_option_id,
    items.size,
    places.warehouse,
    places.channel,
    date '1970-01-01' + (days.day_key & 4194303)::integer as sold_on,
    days.sku,
    days.sold_quantity,
    days.returned_quantity,
    (days.sold_quantity - days.returned_quantity)::decimal(18, 4) as net_quantity,
    days.order_count,
    days.customer_count,
    case
        when days.sold_quantity > 0
            then round(days.bought_quantity / days.sold_quantity, 4)
    end::decimal(18, 4) as largest_customer_share
from counted as days
inner join items on days.day_key >> 40 = items.item_number
inner join places on (days.day_key >> 22) & 262143 = places.place_number
