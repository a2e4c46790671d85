/*
title: Cannot ship
about: Open orders that lack something, by what they lack; values without tax in base currency.
shown_as: table
place: 12
limit: 10
nothing: Every open order can ship.
*/
select
    concat_ws(', ', replace(missing, '_', ' '), case when not has_stock then 'stock' end)
        as what_is_missing,
    count(*) as orders,
    sum(open_quantity) as units,
    round(sum(open_value_base)) as value,
    string_agg(order_number, ', ' order by sales_order_id)[:60] as such_as
from planning.order_readiness
where not is_ready or not has_stock
group by what_is_missing
order by orders desc, what_is_missing asc
