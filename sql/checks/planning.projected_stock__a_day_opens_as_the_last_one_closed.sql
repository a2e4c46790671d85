/*
about: Each day opens with what was projected for the day before, and no item misses a day.
*/
with

-- The row before is nearly always the day before, as the table is sorted by item and day; only
-- the other rows are looked up, because comparing millions of days by their items takes seconds.
days as (
    select
        product_option_id,
        size,
        warehouse,
        day_on,
        opening,
        coalesce(
            product_option_id = lag(product_option_id) over ()
            and size = lag(size) over ()
            and warehouse = lag(warehouse) over ()
            and day_on - 1 = lag(day_on) over ()
            and opening = lag(projected) over (),
            false
        ) as follows
    from planning.projected_stock
),

others as (
    select
        days.product_option_id,
        days.size,
        days.warehouse,
        days.day_on,
        days.day_on - 1 as day_before_on,
        days.opening
    from days
    cross join core.today as today
    where not days.follows and days.day_on > today.today_on
)

select
    others.product_option_id,
    others.size,
    others.warehouse,
    others.day_on
from others
left join planning.projected_stock as before
    on
        others.product_option_id = before.product_option_id
        and others.size = before.size
        and others.warehouse = before.warehouse
        and others.day_before_on = before.day_on
where others.opening is distinct from before.projected
