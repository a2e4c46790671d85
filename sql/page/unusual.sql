/*
title: Sold unusually
about: Days far outside what an item sells, such as one customer's bulk order.
shown_as: table
place: 9
limit: 10
nothing: Nothing unusual was sold.
*/
select
    sku,
    name,
    warehouse,
    on_date as day,
    units,
    sentence as what
from planning.exceptions
where kind = 'unusual_sales'
order by on_date desc, units desc, sku asc
