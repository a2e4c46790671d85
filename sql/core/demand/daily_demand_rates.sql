/*
about: >-
  What a day is expected to take from each item at each warehouse until there is a forecast: the
  mean of its sample days. One row per option, size and warehouse that ever sold.
grain: [product_option_id, size, warehouse]
columns:
  product_option_id: Cin7 id of the option.
  size: Size of the item; '' when unsized.
  warehouse: Warehouse.
  sku:
  day_count: Number of sample days, up to 28.
  net_quantity: Units that left less units that came back on these days, over all channels, also
    those that the settings leave out of demand.
  daily_demand: Their mean, in units a day; 0 where there is no such day or more came back than
    was sold.
checks:
  at_most_28_days_count: day_count <= 28
  daily_demand_is_not_negative: daily_demand >= 0
*/
with

sales as (
    select
        product_option_id,
        size,
        warehouse,
        day_on,
        sum(sold_quantity - returned_quantity) as net_quantity
    from core.depletion_lines
    group by product_option_id, size, warehouse, day_on
),

pairs as (
    select
        product_option_id,
        size,
        warehouse,
        min(sku) as sku
    from core.depletion_lines
    group by product_option_id, size, warehouse
),

totals as (
    select
        days.product_option_id,
        days.size,
        days.warehouse,
        count(*) as day_count,
        coalesce(sum(sales.net_quantity), 0) as net_quantity
    from core.demand_sample_days as days
    left join sales using (product_option_id, size, warehouse, day_on)
    group by days.product_option_id, days.size, days.warehouse
)

select
    pairs.product_option_id,
    pairs.size,
    pairs.warehouse,
    pairs.sku,
    coalesce(totals.day_count, 0) as day_count,
    coalesce(totals.net_quantity, 0)::decimal(18, 4) as net_quantity,
    greatest(coalesce(round(totals.net_quantity / totals.day_count, 4), 0), 0)::decimal(18, 4)
        as daily_demand
from pairs
left join totals using (product_option_id, size, warehouse)
