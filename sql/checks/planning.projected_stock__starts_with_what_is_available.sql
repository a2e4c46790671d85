/*
about: >-
  All that Cin7 has available of what is kept in stock, with what it reserves for orders of later
  days and with nothing on hand where it has less, is the start of the projection, no unit left out
  or twice; kits that are put together as they are sold have none of their own.
*/
with

listed as (
    select
        coalesce(sum(inventory.available), 0) as quantity,
        coalesce(
            sum(greatest(least(-inventory.on_hand, -inventory.available), 0)) filter (
                where not getvariable('sells_without_stock')
            ), 0
        ) as below_zero_quantity
    from planning.inventory as inventory
    left join core.items as items using (product_option_id, size)
    anti join core.built_kits using (product_option_id, size, warehouse)
    where coalesce(items.is_stocked, true)
),

reserved as (
    select coalesce(sum(open_quantity), 0) as quantity
    from core.later_orders
),

started as (
    select coalesce(sum(stock.opening), 0) as quantity
    from planning.projected_stock as stock
    inner join core.today as today on stock.day_on = today.today_on
)

select
    listed.quantity,
    listed.below_zero_quantity,
    reserved.quantity as reserved_quantity,
    started.quantity as started_quantity
from listed
cross join reserved
cross join started
where listed.quantity + listed.below_zero_quantity + reserved.quantity <> started.quantity
