/*
title: Arrivals by week
about: Units that planning counts on, by the week they are expected in.
shown_as: bars
place: 6
nothing: Nothing is on its way.
*/
select
    date_trunc('week', expected_on)::date as week,
    sum(open_quantity)::bigint as units,
    case kind when 'transfer' then 'transfer' else 'purchase' end
    || case when is_overdue then ', overdue' else '' end as what
from planning.replenishments
where is_counted and expected_on < (select min(day_on) from planning.projected_stock) + 90
group by all
order by all
