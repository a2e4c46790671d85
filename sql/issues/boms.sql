/*
about: >-
  Bills of materials that cannot be taken apart: components that are no item, and products that
  are made of themselves or take more of a component than there can be; one row per bill, component
  or product.
grain: [issue, document_kind, document_id, line_id]
columns:
  issue:
  document_kind:
  document_id:
  line_id: Cin7 id of the component; 0 for the whole bill.
  severity:
  detail:
  suggestion:
*/
with recursive

-- From each product on to what it is made of; a way that comes back to its product is a cycle.
ways as (
    select
        kit_option_id,
        component_option_id,
        bom_master_id,
        1 as step_count
    from core.bom_lines
    where is_used and component_option_id is not null
    union
    select
        ways.kit_option_id,
        lines.component_option_id,
        least(ways.bom_master_id, lines.bom_master_id) as bom_master_id,
        ways.step_count + 1 as step_count
    from ways
    inner join core.bom_lines as lines
        on
            ways.component_option_id = lines.kit_option_id
            and lines.is_used
            and lines.component_option_id is not null
    where ways.step_count < 10 and ways.component_option_id <> ways.kit_option_id
),

cycle_products as (
    select distinct
        ways.bom_master_id,
        coalesce(items.sku, ways.kit_option_id::varchar) as sku
    from ways
    left join core.items as items on ways.kit_option_id = items.product_option_id
    where ways.component_option_id = ways.kit_option_id
)

select
    'bom_cycle' as issue,
    'bom_master' as document_kind,
    bom_master_id as document_id,
    0::bigint as line_id,
    'warning' as severity,
    printf('products that are made of themselves: %s', string_agg(sku, ', ' order by sku))
        as detail,
    'Take the product out of its own components in Cin7; the components are not counted there.'
        as suggestion
from cycle_products
group by bom_master_id
union all
select
    'bom_component_unknown' as issue,
    'bom_master' as document_kind,
    bom_master_id as document_id,
    component_id as line_id,
    'warning' as severity,
    printf(
        'bill %s: no unsized item is the component "%s"',
        coalesce(min(reference), bom_master_id::varchar), coalesce(min(component_code), '')
    ) as detail,
    'Link the component to a product option in the bill in Cin7; its demand is not counted.'
        as suggestion
from core.bom_lines
where not is_component_known
group by bom_master_id, component_id
union all
select
    'bom_quantity_implausible' as issue,
    'product_option' as document_kind,
    components.kit_option_id as document_id,
    0::bigint as line_id,
    'error' as severity,
    printf(
        'a unit of "%s" takes more than there can be of %s',
        coalesce(min(kits.sku), ''),
        string_agg(distinct '"' || items.sku || '"', ', ' order by '"' || items.sku || '"')
    ) as detail,
    'Correct the quantities in the bills of materials in Cin7; until then a sale takes none of the '
    || 'component.' as suggestion
from core.bom_components as components
inner join core.items as items
    on components.component_option_id = items.product_option_id and items.size = ''
left join core.items as kits on components.kit_option_id = kits.product_option_id
where components.quantity is null
group by components.kit_option_id
