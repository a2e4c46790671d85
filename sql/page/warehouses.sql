/*
title: By warehouse
about: What the stock is worth at cost, and how much of what sells is there.
shown_as: table
place: 11
limit: 30
nothing: There is no stock.
*/
select
    warehouse,
    round(sum(stock_value)) as stock_at_cost,
    max(currency) as currency,
    count(*) filter (on_hand > 0 and stock_value is null) as items_without_cost,
    round(100.0 * avg((not is_out)::integer) filter (daily_demand > 0), 1) as in_stock_percent,
    count(*) filter (is_out) as out_with_demand
from planning.positions
group by warehouse
order by stock_at_cost desc nulls last, warehouse asc
