/*
about: >-
  Which setting holds for each item at each warehouse, and where it is from: of each column what
  the most specific rule with something in it says. One row per option, size and warehouse.
grain: [product_option_id, size, warehouse]
columns:
  product_option_id:
  size: Size of the item; '' when unsized.
  warehouse: Warehouse.
  is_planned: False where nothing is to be ordered.
  is_planned_by: Where that stands.
  review_days:
  lead_days: Days from order to receipt; null where they are measured.
  service_level:
  safety_days: Days of demand kept in reserve; null where the service level decides.
  min_stock:
  max_stock:
  moq:
  multiple: Units of a pack; of the settings, else of the smallest pack that the supplier sells,
    else of the smallest of all.
  source: supplier, or the warehouse it comes from; null where other warehouses come first.
  setting_row: The settings that are not built in, each with where it is from; null where all are.
*/
with

matches as (
    select
        items.product_option_id,
        items.size,
        items.warehouse as at_warehouse,
        rules.*
    from core.replenishment_items as items
    inner join core.replenishment_rules as rules using (sku)
    union all by name
    select
        items.product_option_id,
        items.size,
        items.warehouse as at_warehouse,
        rules.*
    from core.replenishment_items as items
    inner join core.replenishment_rules as rules using (supplier_id)
    where rules.sku is null
    union all by name
    select
        items.product_option_id,
        items.size,
        items.warehouse as at_warehouse,
        rules.*
    from core.replenishment_items as items
    inner join core.replenishment_rules as rules using (category)
    where rules.sku is null and rules.supplier_id is null
    union all by name
    select
        items.product_option_id,
        items.size,
        items.warehouse as at_warehouse,
        rules.*
    from core.replenishment_items as items
    inner join core.replenishment_rules as rules
        on rules.sku is null and rules.supplier_id is null and rules.category is null
),

decided as (
    select
        product_option_id,
        size,
        at_warehouse as warehouse,
        arg_max({ 'v': is_planned, 'by': place }, rank) filter (where is_planned is not null)
            as is_planned,
        arg_max({ 'v': review_days, 'by': place }, rank) filter (where review_days is not null)
            as review_days,
        arg_max({ 'v': lead_days, 'by': place }, rank) filter (where lead_days is not null)
            as lead_days,
        arg_max({ 'v': service_level, 'by': place, 'rank': rank }, rank)
        filter (where service_level is not null) as service_level,
        arg_max({ 'v': safety_days, 'by': place, 'rank': rank }, rank)
        filter (where safety_days is not null) as safety_days,
        arg_max({ 'v': min_stock, 'by': place }, rank) filter (where min_stock is not null)
            as min_stock,
        arg_max({ 'v': max_stock, 'by': place }, rank) filter (where max_stock is not null)
            as max_stock,
        arg_max({ 'v': moq, 'by': place }, rank) filter (where moq is not null) as moq,
        arg_max({ 'v': multiple, 'by': place }, rank) filter (where multiple is not null)
            as multiple,
        arg_max({ 'v': source, 'by': place }, rank) filter (where source is not null) as source
    from matches
    where warehouse is null or warehouse = at_warehouse
    group by product_option_id, size, at_warehouse
),

packs as (
    select
        product_option_id,
        size,
        arg_min(
            { 'v': quantity, 'by': 'pack ' || coalesce(code, '?') },
            (supplier_code is null, quantity)
        ) as multiple
    from staging.product_option_units
    where quantity > 1 and quantity < 1e6
    group by product_option_id, size
),

packed as (
    select
        decided.* exclude (multiple, safety_days),
        -- The more specific of the two says how the reserve is measured.
        case
            when decided.safety_days['rank'] >= decided.service_level['rank']
                then decided.safety_days
        end as safety_days,
        case
            when decided.multiple['by'] = 'built in'
                then coalesce(packs.multiple, decided.multiple)
            else decided.multiple
        end as multiple
    from decided
    left join packs using (product_option_id, size)
)

select
    product_option_id,
    size,
    warehouse,
    is_planned['v'] as is_planned,
    is_planned['by'] as is_planned_by,
    review_days['v'] as review_days,
    lead_days['v'] as lead_days,
    service_level['v'] as service_level,
    safety_days['v'] as safety_days,
    min_stock['v'] as min_stock,
    max_stock['v'] as max_stock,
    moq['v'] as moq,
    multiple['v'] as multiple,
    source['v'] as source,
    nullif(
        concat_ws(
            '; ',
            case
                when review_days['by'] <> 'built in'
                    then 'review_days ' || review_days['v'] || ' (' || review_days['by'] || ')'
            end,
            'lead_days ' || lead_days['v'] || ' (' || lead_days['by'] || ')',
            case
                when service_level['by'] <> 'built in'
                    then
                        'service_level ' || service_level['v'] || ' (' || service_level['by'] || ')'
            end,
            'safety_days ' || safety_days['v'] || ' (' || safety_days['by'] || ')',
            'min_stock ' || min_stock['v'] || ' (' || min_stock['by'] || ')',
            'max_stock ' || max_stock['v'] || ' (' || max_stock['by'] || ')',
            'moq ' || moq['v'] || ' (' || moq['by'] || ')',
            case
                when multiple['by'] <> 'built in'
                    then 'multiple ' || multiple['v'] || ' (' || multiple['by'] || ')'
            end,
            'source ' || source['v'] || ' (' || source['by'] || ')'
        ),
        ''
    ) as setting_row
from packed
