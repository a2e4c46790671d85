/*
about: >-
  All that Cin7 has available of what is kept in stock is the start of the projection, no unit left
  out or twice.
*/
with

listed as (
    select coalesce(sum(inventory.available), 0) as quantity
    from planning.inventory as inventory
    left join core.items as items using (product_option_id, size)
    where coalesce(items.is_stocked, true)
),

started as (
    select coalesce(sum(stock.opening), 0) as quantity
    from planning.projected_stock as stock
    inner join core.today as today on stock.day_on = today.today_on
)

select
    listed.quantity,
    started.quantity as started_quantity
from listed
cross join started
where listed.quantity <> started.quantity
