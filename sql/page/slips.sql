/*
title: If it slips two weeks
about: >-
  What each delivery of the next four weeks would leave without stock if it came 14 days later than
  planned; the worst first.
shown_as: table
place: 4
limit: 10
nothing: No delivery of the next four weeks would be missed.
*/
with

receipts as (
    select
        product_option_id,
        size,
        warehouse,
        order_number,
        day_on,
        sum(quantity) as quantity
    from planning.projected_stock_explained
    where
        kind in ('purchase_order', 'transfer')
        and day_on < (select min(day_on) from planning.projected_stock) + 28
    group by all
)

select
    receipts.order_number,
    receipts.warehouse,
    receipts.day_on as planned_for,
    count(distinct row(stock.product_option_id, stock.size)) as items_without_stock,
    count(*) as more_days_without
from receipts
inner join planning.projected_stock as stock
    on
        receipts.product_option_id = stock.product_option_id
        and receipts.size = stock.size
        and receipts.warehouse = stock.warehouse
        and receipts.day_on <= stock.day_on
        and receipts.day_on + 14 > stock.day_on
where stock.projected > 0 and stock.projected <= receipts.quantity
group by receipts.order_number, receipts.warehouse, receipts.day_on
order by more_days_without desc, planned_for asc, order_number asc
