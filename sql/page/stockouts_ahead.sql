/*
title: Stock-outs ahead
about: Items with demand and nothing left at the end of the day, as planned today.
shown_as: area
place: 5
*/
select
    stock.day_on as day,
    count(*) filter (stock.is_stockout) as items_without_stock,
    stock.warehouse
from planning.projected_stock as stock
where
    stock.demand > 0
    and stock.warehouse <> 'unmapped'
    and stock.day_on < (select min(day_on) from planning.projected_stock) + 90
group by stock.day_on, stock.warehouse
order by stock.day_on, stock.warehouse
