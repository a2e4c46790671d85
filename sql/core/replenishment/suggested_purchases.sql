/*
about: >-
  What is to be bought: what transfers leave lacking, at the warehouse itself or at the one it is
  replenished from. One row per option, size and warehouse.
grain: [product_option_id, size, warehouse]
columns:
  product_option_id:
  size:
  warehouse: Warehouse that the supplier delivers to.
  quantity_before_limits: Units that are lacking, here and where this warehouse sends to.
  quantity: The same with the least order, in whole packs and not beyond max_stock.
  is_beyond_max_stock: True where max_stock made it less.
  needed_on: Day by which it is needed here, local date.
checks:
  something_is_bought: quantity > 0
*/
with

sent as (
    select
        product_option_id,
        size,
        warehouse,
        sum(quantity) as quantity
    from core.suggested_transfers
    group by product_option_id, size, warehouse
),

-- A warehouse that gets the item from another one buys there, where that one buys at all.
lacking as (
    select
        needs.product_option_id,
        needs.size,
        coalesce(sources.warehouse, needs.warehouse) as warehouse,
        needs.needed_on
        - case when sources.warehouse is not null then lead_days.lead_days else 0 end as needed_on,
        needs.lacking_quantity - coalesce(sent.quantity, 0) as lacking_quantity
    from core.replenishment_needs as needs
    inner join core.replenishment_settings as settings using (product_option_id, size, warehouse)
    inner join core.replenishment_lead_days as lead_days
        using (product_option_id, size, warehouse)
    left join core.replenishment_needs as sources
        on
            needs.product_option_id = sources.product_option_id
            and needs.size = sources.size
            and settings.source = sources.warehouse
            and sources.is_planned
    left join sent
        on
            needs.product_option_id = sent.product_option_id
            and needs.size = sent.size
            and needs.warehouse = sent.warehouse
    where needs.is_due
),

wanted as (
    select
        product_option_id,
        size,
        warehouse,
        min(needed_on) as needed_on,
        sum(lacking_quantity)::decimal(18, 4) as wanted_quantity
    from lacking
    where lacking_quantity > 0
    group by product_option_id, size, warehouse
),

limited as (
    select
        wanted.*,
        ceil(
            greatest(wanted.wanted_quantity, coalesce(settings.moq, 0)) / settings.multiple
        ) * settings.multiple as rounded_quantity,
        floor(
            (settings.max_stock - needs.position - coalesce(sent.quantity, 0)) / settings.multiple
        ) * settings.multiple as most_quantity,
        coalesce(settings.moq, 0) as moq
    from wanted
    inner join core.replenishment_settings as settings using (product_option_id, size, warehouse)
    inner join core.replenishment_needs as needs using (product_option_id, size, warehouse)
    left join sent using (product_option_id, size, warehouse)
)

select
    product_option_id,
    size,
    warehouse,
    wanted_quantity as quantity_before_limits,
    least(rounded_quantity, most_quantity)::decimal(18, 4) as quantity,
    coalesce(rounded_quantity > most_quantity, false) as is_beyond_max_stock,
    needed_on
from limited
where least(rounded_quantity, most_quantity) > 0 and coalesce(most_quantity >= moq, true)
