/*
about: >-
  What warehouses with more than they need can send to those that lack it: first to those that get
  the item from them by the settings, then to all others, the earliest need first. One row per
  option, size, source and destination.
grain: [product_option_id, size, source_warehouse, warehouse]
columns:
  product_option_id:
  size:
  source_warehouse: Warehouse that sends.
  warehouse: Warehouse that receives.
  quantity: Units, in whole packs of the receiver.
checks:
  something_moves: quantity > 0 and source_warehouse <> warehouse
*/
with

needs as (
    select
        needs.product_option_id,
        needs.size,
        needs.warehouse,
        needs.needed_quantity,
        needs.needed_on,
        settings.multiple,
        settings.source
    from core.replenishment_needs as needs
    inner join core.replenishment_settings as settings using (product_option_id, size, warehouse)
    where needs.needed_quantity > 0 and settings.source is distinct from 'supplier'
),

surpluses as (
    select
        product_option_id,
        size,
        warehouse as source_warehouse,
        surplus_quantity
    from core.replenishment_needs
    where surplus_quantity > 0
),

-- Needs in their order, and what there is of it up to each: where the spans overlap, units move.
named_spans as (
    select
        needs.*,
        surpluses.surplus_quantity,
        sum(needs.needed_quantity) over (
            partition by needs.product_option_id, needs.size, needs.source
            order by needs.needed_on, needs.warehouse
        ) as needed_to
    from needs
    inner join surpluses
        on
            needs.product_option_id = surpluses.product_option_id
            and needs.size = surpluses.size
            and needs.source = surpluses.source_warehouse
),

named_transfers as (
    select
        product_option_id,
        size,
        source as source_warehouse,
        warehouse,
        floor(
            greatest(
                least(needed_to, surplus_quantity) - (needed_to - needed_quantity), 0
            ) / multiple
        ) * multiple as quantity
    from named_spans
),

given_away as (
    select
        product_option_id,
        size,
        source_warehouse,
        sum(quantity) as quantity
    from named_transfers
    group by product_option_id, size, source_warehouse
),

free_surpluses as (
    select
        product_option_id,
        size,
        source_warehouse,
        surplus_quantity - coalesce(given_away.quantity, 0) as free_quantity
    from surpluses
    left join given_away using (product_option_id, size, source_warehouse)
),

surplus_spans as (
    select
        *,
        sum(free_quantity) over (
            partition by product_option_id, size
            order by free_quantity desc, source_warehouse asc
        ) as surplus_to
    from free_surpluses
    where free_quantity > 0
),

need_spans as (
    select
        *,
        sum(needed_quantity) over (
            partition by product_option_id, size
            order by needed_on, warehouse
        ) as needed_to
    from needs
    where source is null
),

free_transfers as (
    select
        product_option_id,
        size,
        surplus_spans.source_warehouse,
        need_spans.warehouse,
        floor(
            (
                least(need_spans.needed_to, surplus_spans.surplus_to)
                - greatest(
                    need_spans.needed_to - need_spans.needed_quantity,
                    surplus_spans.surplus_to - surplus_spans.free_quantity
                )
            ) / need_spans.multiple
        ) * need_spans.multiple as quantity
    from surplus_spans
    inner join need_spans using (product_option_id, size)
    where
        need_spans.needed_to > surplus_spans.surplus_to - surplus_spans.free_quantity
        and surplus_spans.surplus_to > need_spans.needed_to - need_spans.needed_quantity
),

transfers as (
    select * from named_transfers
    union all
    select * from free_transfers
)

select
    product_option_id,
    size,
    source_warehouse,
    warehouse,
    quantity::decimal(18, 4) as quantity
from transfers
where quantity > 0
