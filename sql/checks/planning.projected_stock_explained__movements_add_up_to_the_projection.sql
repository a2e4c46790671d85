/*
about: The movements up to each day are what is projected for it, for every item, warehouse and day.
*/
with

-- Nine of ten movements are demand. Adding all of them up takes seconds, so that is only done where
-- they differ from what planning.projected_stock says of each day; its own checks add up its days.
demand as (
    select
        count(*) as row_count,
        sum(hash(product_option_id, size, warehouse, day_on, demand)) as fingerprint
    from planning.projected_stock
    where demand > 0
),

explained_demand as (
    select
        count(*) as row_count,
        sum(hash(product_option_id, size, warehouse, day_on, (-quantity)::decimal(18, 4)))
            as fingerprint
    from planning.projected_stock_explained
    where kind = 'demand'
),

arrivals as (
    select
        stock.product_option_id,
        stock.size,
        stock.warehouse,
        stock.day_on,
        case when stock.day_on = today.today_on then stock.opening else 0 end
        + stock.purchase_receipts
        + stock.transfer_receipts
        - stock.open_orders_due as quantity
    from planning.projected_stock as stock
    cross join core.today as today
    where
        stock.day_on = today.today_on
        or stock.purchase_receipts <> 0
        or stock.transfer_receipts <> 0
        or stock.open_orders_due <> 0
),

explained_arrivals as (
    select
        product_option_id,
        size,
        warehouse,
        day_on,
        sum(quantity) as quantity
    from planning.projected_stock_explained
    where kind <> 'demand'
    group by product_option_id, size, warehouse, day_on
),

other_arrivals as (
    select count(*) as row_count
    from arrivals
    full join explained_arrivals using (product_option_id, size, warehouse, day_on)
    where arrivals.quantity is distinct from explained_arrivals.quantity
),

doubts as (
    select
        (
            other_arrivals.row_count > 0
            or demand.row_count <> explained_demand.row_count
            or coalesce(demand.fingerprint, 0) <> coalesce(explained_demand.fingerprint, 0)
        ) as is_doubtful
    from demand
    cross join explained_demand
    cross join other_arrivals
),

movements as (
    select
        product_option_id,
        size,
        warehouse,
        day_on,
        sum(quantity) as quantity
    from planning.projected_stock_explained
    cross join doubts
    where doubts.is_doubtful
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
    cross join doubts
    left join movements using (product_option_id, size, warehouse, day_on)
    where doubts.is_doubtful
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
