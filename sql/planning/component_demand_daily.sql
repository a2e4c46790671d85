/*
about: >-
  What the kits that were sold took of their components per day: what the order's own component
  lines say, else what the bill of materials says, never both for one kit line. Sales of the
  kits themselves are in planning.demand_daily. One row per option, size, warehouse, day and
  basis.
grain: [product_option_id, size, warehouse, sold_on, basis]
sorted_by: [sku, warehouse, sold_on]
example: |
  -- Which components did kits take last month?
  select sku, sum(quantity) as units from planning.component_demand_daily
  where sold_on >= current_date - 30 group by sku order by units desc limit 20
columns:
  product_option_id: Cin7 id of the component's option.
  size: Size of the component; '' when unsized, and always for bills, which name no sizes.
  warehouse: Warehouse of the order's branch; unmapped where the branch is not known.
  sold_on: Day the kit's sale counts for, local date.
  basis: order_lines (component lines below the kit's line) or bom (bill of materials).
  sku: Code of the component, verbatim.
  quantity: Units of the component, in stocking units.
  kit_count: Number of order lines of kits that took it.
checks:
  basis_is_known: basis in ('order_lines', 'bom')
  a_kit_took_it: kit_count > 0
  quantity_is_not_negative: {expect: quantity >= 0, severity: warn}
*/
select
    parts.product_option_id,
    parts.size,
    parts.warehouse,
    parts.day_on as sold_on,
    parts.basis,
    min(items.sku) as sku,
    coalesce(sum(parts.quantity), 0)::decimal(18, 4) as quantity,
    count(*) as kit_count
from core.kit_components as parts
inner join core.items as items using (product_option_id, size)
where parts.is_demand
group by parts.product_option_id, parts.size, parts.warehouse, parts.day_on, parts.basis
