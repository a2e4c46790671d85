/*
about: >-
  What a kit that is put together as it is sold takes of its components, by its bill; nothing of a
  component that another engine forecasts while it does not forecast the kit, as it is then in the
  component's forecast. One row per kit, warehouse and component.
grain: [product_option_id, size, warehouse, component_option_id]
columns:
  product_option_id: Option of the kit.
  size: Size of the kit; '' when unsized.
  warehouse: Warehouse that sells it.
  component_option_id: Option of the component, of size ''.
  component_sku: The component's sku.
  quantity: Units of the component that a unit of the kit takes.
*/
with

engines as (
    select
        forecasts.product_option_id,
        forecasts.size,
        forecasts.warehouse,
        max(days.engine) as engine
    from core.item_forecasts as forecasts
    inner join core.engine_days as days using (series_number)
    group by forecasts.product_option_id, forecasts.size, forecasts.warehouse
)

select
    kits.product_option_id,
    kits.size,
    kits.warehouse,
    bills.component_option_id,
    items.sku as component_sku,
    bills.quantity
from core.built_kits as kits
inner join core.bom_components as bills on kits.product_option_id = bills.kit_option_id
inner join core.items as items
    on bills.component_option_id = items.product_option_id and items.size = ''
left join engines as kit_engines
    on
        kits.product_option_id = kit_engines.product_option_id
        and kits.size = kit_engines.size
        and kits.warehouse = kit_engines.warehouse
left join engines as component_engines
    on
        bills.component_option_id = component_engines.product_option_id
        and component_engines.size = ''
        and kits.warehouse = component_engines.warehouse
where
    items.is_stocked
    and coalesce(component_engines.engine = kit_engines.engine, component_engines.engine is null)
