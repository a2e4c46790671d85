/*
about: The horizon is today and the 180 days after it, each once.
*/
select
    min(horizon.day_on) as first_on,
    max(horizon.day_on) as last_on,
    count(*) as day_count
from core.today as today
left join core.horizon as horizon on today.today_on + horizon.day_number = horizon.day_on
group by today.today_on
having
    count(*) <> 181
    or min(horizon.day_on) is distinct from today.today_on
    or max(horizon.day_on) is distinct from today.today_on + 180
