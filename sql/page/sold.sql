/*
title: Sold
about: >-
  Units sold by channel in each of the last eight weeks; what the settings leave out is not among
  them.
shown_as: bars
place: 7
nothing: Nothing was sold.
*/
select
    date_trunc('week', sold_on)::date as week,
    sum(sold_quantity)::bigint as units,
    channel
from planning.demand_daily
where sold_on >= date_trunc('week', (select min(day_on) from planning.projected_stock))::date - 56
group by all
order by all
