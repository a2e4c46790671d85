/*
about: The units of sales_lines and return_lines are the units of demand_daily, day by day.
*/
with

lines as (
    select
        product_option_id,
        size,
        warehouse,
        sold_on,
        quantity as sold_quantity,
        0 as returned_quantity
    from planning.sales_lines
    union all
    select
        product_option_id,
        size,
        warehouse,
        returned_on as sold_on,
        0 as sold_quantity,
        quantity as returned_quantity
    from planning.return_lines
),

line_days as (
    select
        product_option_id,
        size,
        warehouse,
        sold_on,
        sum(sold_quantity) as sold_quantity,
        sum(returned_quantity) as returned_quantity
    from lines
    group by product_option_id, size, warehouse, sold_on
),

days as (
    select
        product_option_id,
        size,
        warehouse,
        sold_on,
        sum(sold_quantity) as sold_quantity,
        sum(returned_quantity) as returned_quantity
    from planning.demand_daily
    group by product_option_id, size, warehouse, sold_on
)

select
    product_option_id,
    size,
    warehouse,
    sold_on
from line_days
full join days using (product_option_id, size, warehouse, sold_on)
where
    line_days.sold_quantity is distinct from days.sold_quantity
    or line_days.returned_quantity is distinct from days.returned_quantity
