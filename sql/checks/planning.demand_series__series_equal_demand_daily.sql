/*
about: On every day up to yesterday whose orders are known, the series say what demand_daily says of
  what is kept in stock.
*/
with

sales as (
    select
        demand.sold_on,
        sum(demand.net_quantity) as net_quantity
    from planning.demand_daily as demand
    inner join core.covered_days as covered_days on demand.sold_on = covered_days.day_on
    inner join core.today as today on demand.sold_on < today.today_on
    left join core.items as items using (product_option_id, size)
    where coalesce(items.is_stocked, true)
    group by demand.sold_on
),

series as (
    select
        ds,
        sum(y) as y
    from planning.demand_series
    where y is not null
    group by ds
)

select
    series.ds,
    sales.net_quantity,
    series.y
from sales
full join series on sales.sold_on = series.ds
where coalesce(sales.net_quantity, 0) <> coalesce(series.y, 0)
