/*
title: Cannot ship
about: Open orders that lack something, by what they lack.
shown_as: table
place: 9
limit: 10
nothing: Every open order can ship.
*/
select
    missing as what_is_missing,
    count(*) as orders,
    string_agg(order_number, ', ' order by sales_order_id)[:60] as such_as
from planning.order_readiness
where not is_ready
group by missing
order by orders desc, missing asc
