/*
title: Too much
about: Stock that lasts far longer than it should, or no longer moves; by its value at cost.
shown_as: table
place: 10
limit: 10
nothing: Nothing lies too long.
*/
select
    sku,
    name,
    warehouse,
    units,
    value,
    currency,
    sentence as what
from planning.exceptions
where kind in ('excess', 'dead_stock')
order by value desc nulls last, units desc, sku asc
