/*
about: The days that stock is projected for, today and the 180 after it; one row per day.
grain: [day_on]
columns:
  day_on: Local day.
  day_number: Days from today, 0 to 180.
*/
with

numbers as (
    select unnest(range(181))::integer as day_number
)

select
    today.today_on + numbers.day_number as day_on,
    numbers.day_number
from core.today as today
cross join numbers
