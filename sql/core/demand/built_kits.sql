/*
about: >-
  Kits that are put together as they are sold: none is on hand or on its way at the warehouse, and
  what they take is known, by a bill of materials or by component lines of orders. Their components
  are projected instead of them. One row per option, size and warehouse.
grain: [product_option_id, size, warehouse]
columns:
  product_option_id: Option of the kit.
  size: Size of the item; '' when unsized.
  warehouse: Warehouse that sells it or that Cin7 lists it at.
*/
with

taking_options as (
    select kit_option_id as product_option_id
    from core.bom_components
    union
    select kit_option_id as product_option_id
    from core.kit_components
),

kits as (
    select
        items.product_option_id,
        items.size
    from core.items as items
    semi join taking_options using (product_option_id)
    where items.is_kit
),

places as (
    select
        product_option_id,
        size,
        warehouse
    from core.depletion_lines
    union
    select
        product_option_id,
        size,
        warehouse
    from core.stock_positions
)

select
    kits.product_option_id,
    kits.size,
    places.warehouse
from kits
inner join places using (product_option_id, size)
left join core.stock_positions as stock using (product_option_id, size, warehouse)
where
    coalesce(stock.on_hand, 0) = 0
    and coalesce(stock.incoming, 0) = 0
    and coalesce(stock.in_transit, 0) = 0
