/*
about: The movements up to each day are what is projected for it, for every item, warehouse and day.
*/
with

movements as (
    select
        product_option_id,
        size,
        warehouse,
        day_on,
        sum(quantity) as quantity
    from planning.projected_stock_explained
    group by product_option_id, size, warehouse, day_on
),

balances as (
    select
        stock.product_option_id,
        stock.size,
        stock.warehouse,
        stock.day_on,
        coalesce(stock.projected, 0) as projected,
        sum(coalesce(movements.quantity, 0)) over (
            partition by stock.product_option_id, stock.size, stock.warehouse
            order by stock.day_on
            rows unbounded preceding
        ) as explained
    from planning.projected_stock as stock
    left join movements using (product_option_id, size, warehouse, day_on)
)

select
    product_option_id,
    size,
    warehouse,
    day_on,
    projected,
    explained
from balances
where projected <> explained
