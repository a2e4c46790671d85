/*
title: Items
about: What the search finds; items that matter first.
shown_as: items
place: 17
limit: 3500
*/
with

today as (
    select min(day_on) as today_on
    from planning.projected_stock
),

places as (
    select
        product_option_id,
        size,
        warehouse,
        row_number() over (
            order by abc asc nulls last, daily_demand desc, sku asc, warehouse asc
        ) as place
    from planning.positions
),

-- Only those that the page holds, which stays below 3 MB, need their weeks.
pairs as (
    select * exclude (place)
    from places
    where place <= 3500
),

arrivals as (
    select
        product_option_id,
        size,
        destination_warehouse as warehouse,
        list(
            struct_pack(
                arrives_on := expected_on,
                units := open_quantity,
                order_number := order_number,
                comes_from := source
            )
            order by expected_on, order_number
        )[:8] as arrives
    from planning.replenishments
    where is_counted and open_quantity > 0
    group by product_option_id, size, destination_warehouse
),

open_orders as (
    select
        product_option_id,
        size,
        warehouse,
        list(distinct order_number order by order_number)[:12] as open_orders
    from planning.open_sales_lines
    where open_quantity > 0
    group by product_option_id, size, warehouse
),

sold_weeks as (
    select
        demand.product_option_id,
        demand.size,
        demand.warehouse,
        ((today.today_on - demand.sold_on - 1) // 7)::integer as weeks_ago,
        round(sum(demand.sold_quantity))::bigint as quantity
    from planning.demand_daily as demand
    inner join pairs using (product_option_id, size, warehouse)
    cross join today
    where demand.sold_on >= today.today_on - 182 and demand.sold_on < today.today_on
    group by all
),

sold as (
    select
        product_option_id,
        size,
        warehouse,
        list([weeks_ago, quantity] order by weeks_ago) as sold_by_week
    from sold_weeks
    group by product_option_id, size, warehouse
),

planned as (
    select
        stock.product_option_id,
        stock.size,
        stock.warehouse,
        list(round(stock.projected)::bigint order by stock.day_on) as stock_by_week
    from planning.projected_stock as stock
    inner join pairs using (product_option_id, size, warehouse)
    cross join today
    where (stock.day_on - today.today_on) % 7 = 0
    group by stock.product_option_id, stock.size, stock.warehouse
)

select
    positions.sku,
    positions.name,
    positions.warehouse,
    positions.supplier_name as supplier,
    products.barcode,
    positions.on_hand,
    positions.available,
    positions.incoming_quantity as on_its_way,
    round(positions.daily_demand, 2) as a_day,
    positions.runs_out_on as runs_out,
    positions.next_receipt_on as next_delivery,
    positions.order_by_on as order_by,
    positions.suggested_quantity as order_units,
    positions.last_left_on as last_left,
    positions.stock_value as stock_at_cost,
    open_orders.open_orders,
    arrivals.arrives,
    sold.sold_by_week,
    planned.stock_by_week
from planning.positions as positions
inner join places using (product_option_id, size, warehouse)
left join planning.products as products using (product_option_id, size)
left join arrivals using (product_option_id, size, warehouse)
left join open_orders using (product_option_id, size, warehouse)
left join sold using (product_option_id, size, warehouse)
left join planned using (product_option_id, size, warehouse)
order by places.place
