/*
about: On every day up to yesterday whose orders are known, the series say what demand_daily says of
  what is kept in stock, and what newer items begin with.
*/
with

demand as (
    select
        product_option_id,
        size,
        sold_on,
        net_quantity
    from planning.demand_daily
    union all
    select
        product_option_id,
        size,
        day_on as sold_on,
        sold_quantity - returned_quantity as net_quantity
    from core.linked_lines
    where left_out_by is null
),

sales as (
    select
        demand.sold_on,
        sum(demand.net_quantity) as net_quantity
    from demand
    inner join core.covered_days as covered_days on demand.sold_on = covered_days.day_on
    inner join core.today as today on demand.sold_on < today.today_on
    left join core.items as items using (product_option_id, size)
    where coalesce(items.is_stocked, true)
    group by demand.sold_on
),

series as (
    select
        days.day_on as ds,
        sum(days.net_quantity) as y
    from core.series_days as days
    semi join core.demand_names using (series_number)
    where days.is_known
    group by days.day_on
)

select
    series.ds,
    sales.net_quantity,
    series.y
from sales
full join series on sales.sold_on = series.ds
where coalesce(sales.net_quantity, 0) <> coalesce(series.y, 0)
