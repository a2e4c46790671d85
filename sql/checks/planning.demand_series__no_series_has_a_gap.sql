/*
about: Each series has one row for each day from its first to yesterday.
*/
select
    series.unique_id,
    min(series.ds) as first_ds,
    max(series.ds) as last_ds,
    count(*) as day_count
from planning.demand_series as series
cross join core.today as today
group by series.unique_id, today.today_on
having
    count(*) <> today.today_on - min(series.ds)::date
    or max(series.ds)::date <> today.today_on - 1
