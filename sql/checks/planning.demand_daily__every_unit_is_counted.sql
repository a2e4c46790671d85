/*
about: >-
  The units of sales_lines, return_lines and what came back by lines of orders below 0 are the units
  of demand_daily, day by day.
*/
with

negative_returns as (
    select
        line_number,
        size
    from core.line_exclusions
    group by line_number, size
    having bool_and(rule = 'negative_return')
),

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
    union all
    select
        items.product_option_id,
        items.size,
        attributes.warehouse,
        orders.sold_on,
        -- More can have been shipped of a line below 0.
        greatest(items.quantity, 0) as sold_quantity,
        greatest(-items.quantity, 0) as returned_quantity
    from negative_returns
    inner join core.document_line_items as items using (line_number, size)
    inner join core.document_attributes as attributes using (document_kind, document_id)
    inner join core.sales_orders as orders on items.document_id = orders.sales_order_id
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
