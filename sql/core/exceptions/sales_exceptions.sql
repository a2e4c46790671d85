/*
about: >-
  What stock-outs of the last 28 days cost in units, by our own forecast whichever engine is in
  use (others forecast days to come), and sales of the last 7 days far beyond what is usual. Items
  that share a sku are one series, told at the one with the smallest id. One row per kind, option,
  size and warehouse.
grain: [kind, product_option_id, size, warehouse]
columns:
  kind: lost_sales or unusual_sales.
  product_option_id:
  size:
  warehouse: Warehouse.
  units: Units that would have been sold, or those beyond what is usual.
  on_date: Last day without enough stock, or the day of the sales.
  sentence: What is the case, in words.
*/
with

items as (
    select
        product_option_id,
        size,
        warehouse,
        sku
    from planning.item_policies
    where why_not_planned is null or why_not_planned not like 'not kept%'
    qualify row_number() over (partition by sku, warehouse order by product_option_id, size) = 1
),

days as (
    select
        items.product_option_id,
        items.size,
        items.warehouse,
        items.sku,
        days.day_on,
        today.today_on,
        days.net_quantity,
        forecasts.daily_quantity,
        caps.cap_quantity,
        caps.sale_day_count,
        greatest(
            coalesce(days.unconstrained_quantity::double, forecasts.daily_quantity)
            - days.net_quantity,
            0
        ) as lost_quantity,
        coalesce(not days.started_in_stock or days.is_sold_out, false) as is_short
    from core.series_days as days
    inner join core.today as today on days.day_on >= today.today_on - 28
    inner join core.series as series using (series_number)
    inner join core.series_forecasts as forecasts using (series_number)
    inner join items using (sku, warehouse)
    left join core.sale_caps as caps using (series_number)
    where series.kind = 'demand' and days.is_known and days.day_on >= series.first_on
),

buyers as (
    select
        sku,
        warehouse,
        sold_on as day_on,
        sum(order_count) as order_count,
        round(
            100 * max(largest_customer_share * sold_quantity) / nullif(sum(sold_quantity), 0)
        )::integer as largest_percent
    from planning.demand_daily
    inner join core.today as today on sold_on >= today.today_on - 7
    group by sku, warehouse, sold_on
),

unusual_days as (
    select
        *,
        row_number() over (
            partition by product_option_id, size, warehouse
            order by net_quantity - cap_quantity desc, day_on desc
        ) as place
    from days
    where day_on >= today_on - 7 and sale_day_count >= 5 and net_quantity > cap_quantity
)

select
    'lost_sales' as kind,
    product_option_id,
    size,
    warehouse,
    sum(lost_quantity)::decimal(18, 4) as units,
    max(day_on) as on_date,
    'Without enough stock on ' || count(*) || ' of the last 28 days; about '
    || format('{:,.15g}', round(sum(lost_quantity), 1)) || ' more would have been sold' as sentence
from days
where is_short and lost_quantity > 0
group by product_option_id, size, warehouse
having sum(lost_quantity) >= 0.05
union all
select
    'unusual_sales' as kind,
    days.product_option_id,
    days.size,
    days.warehouse,
    (days.net_quantity - days.cap_quantity)::decimal(18, 4) as units,
    days.day_on as on_date,
    format('{:,.15g}', round(days.net_quantity, 1)) || ' were sold on ' || days.day_on
    || ', usual days reach ' || format('{:,.15g}', round(days.cap_quantity, 1)) || case
        when buyers.largest_percent >= 80
            then '; one customer bought ' || buyers.largest_percent || ' % of them'
        when buyers.order_count > 1 then '; by ' || buyers.order_count || ' orders'
        else ''
    end as sentence
from unusual_days as days
left join buyers using (sku, warehouse, day_on)
where days.place = 1
