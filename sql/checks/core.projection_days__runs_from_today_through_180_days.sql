/*
about: The projection runs from today through the 180 days after it, each once.
*/
select
    min(projection_days.day_on) as first_on,
    max(projection_days.day_on) as last_on,
    count(*) as day_count
from core.today as today
left join core.projection_days as projection_days
    on today.today_on + projection_days.day_number = projection_days.day_on
group by today.today_on
having
    count(*) <> 181
    or min(projection_days.day_on) is distinct from today.today_on
    or max(projection_days.day_on) is distinct from today.today_on + 180
