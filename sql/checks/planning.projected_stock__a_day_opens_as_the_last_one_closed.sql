/*
about: Each day opens with what was projected for the day before, and no item misses a day.
*/
with

days as (
    select
        product_option_id,
        size,
        warehouse,
        day_on,
        opening,
        lag(projected) over pair as closing_before,
        lag(day_on) over pair as day_before_on
    from planning.projected_stock
    window pair as (partition by product_option_id, size, warehouse order by day_on)
)

select
    days.product_option_id,
    days.size,
    days.warehouse,
    days.day_on
from days
cross join core.today as today
where
    days.day_on > today.today_on
    and (
        days.opening is distinct from days.closing_before
        or days.day_before_on is distinct from days.day_on - 1
    )
