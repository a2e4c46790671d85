/*
about: >-
  How much each item lacks at each warehouse and how much it can spare, by its position: what is
  available and what is counted on to come. One row per option, size and warehouse.
grain: [product_option_id, size, warehouse]
columns:
  product_option_id:
  size:
  warehouse: Warehouse.
  is_planned: True where orders are suggested.
  why_not_planned: Why none is; null where they are.
  position: Units available, those below 0 on hand taken as 0, and units on their way that planning
    counts on.
  is_due: True where waiting for the next review would be too late.
  lacking_quantity: Units up to order_up_to; 0 where it is not due.
  needed_quantity: The same in whole packs, and not beyond max_stock.
  surplus_quantity: Units available above order_up_to, in whole packs; 0 where the warehouse sends
    nothing.
  needed_on: First day on which it would be below its reserve, local date; null where it is not due.
*/
with

positions as (
    select
        items.product_option_id,
        items.size,
        items.warehouse,
        items.available,
        items.why_unplannable,
        case
            when items.why_unplannable is not null then items.why_unplannable
            when not settings.is_planned then 'not planned (' || settings.is_planned_by || ')'
            when settings.is_planned_by = 'built in' then items.why_not_planned_unless_said
        end as why_not_planned,
        items.available + items.below_zero_quantity + items.incoming_quantity as position,
        settings.multiple,
        settings.max_stock,
        levels.daily_demand,
        levels.safety_stock,
        levels.reorder_point,
        levels.reorder_point + levels.review_quantity as due_point,
        levels.order_up_to,
        lead_days.lead_days
    from core.replenishment_items as items
    inner join core.replenishment_settings as settings using (product_option_id, size, warehouse)
    inner join core.replenishment_levels as levels using (product_option_id, size, warehouse)
    inner join core.replenishment_lead_days as lead_days
        using (product_option_id, size, warehouse)
),

due as (
    select
        *,
        why_not_planned is null and position < due_point as is_due
    from positions
)

select
    due.product_option_id,
    due.size,
    due.warehouse,
    due.why_not_planned is null as is_planned,
    due.why_not_planned,
    due.position::decimal(18, 4) as position,
    due.is_due,
    case when due.is_due then due.order_up_to - due.position else 0 end::decimal(18, 4)
        as lacking_quantity,
    case
        when due.is_due
            then
                greatest(
                    least(
                        ceil((due.order_up_to - due.position) / due.multiple) * due.multiple,
                        floor((due.max_stock - due.position) / due.multiple) * due.multiple
                    ),
                    0
                )
        else 0
    end::decimal(18, 4) as needed_quantity,
    case
        when due.why_unplannable is null
            then
                floor(greatest(due.available - due.order_up_to, 0) / due.multiple) * due.multiple
        else 0
    end::decimal(18, 4) as surplus_quantity,
    case
        when due.is_due
            then
                coalesce(
                    shortages.below_reserve_on,
                    today.today_on + due.lead_days
                    + least(
                        floor(
                            greatest(due.position - due.reorder_point, 0)
                            / nullif(due.daily_demand, 0)
                        ),
                        365
                    )::integer,
                    today.today_on
                )
    end as needed_on
from due
cross join core.today as today
left join core.projected_shortages as shortages using (product_option_id, size, warehouse)
