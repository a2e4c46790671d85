/*
about: >-
  What the series are made of: units that left the shelf and came back by day, what production took,
  and what kits without a bill of materials took of their components, whether they are demand or
  not. One row per line and item.
grain: [kind, document_kind, document_id, line_id, product_option_id, size]
materialized: view
columns:
  kind: demand (what planning.demand_daily counts), left_out (what the settings leave out of it, and
    what production took) or kits (taken as a component of a kit that has no bill).
  document_kind: sales_order, credit_note or production_job.
  document_id: Cin7 id of the order, credit note or job.
  line_id: Cin7 id of the line.
  product_option_id: Option of the item.
  size: Size of the item.
  sku: The item's sku.
  warehouse: Warehouse of the document's branch.
  day_on: Day it counts for, local date.
  sold_quantity: Units sold or taken; 0 on returns.
  returned_quantity: Units returned, positive; 0 on sales.
*/
select
    case when left_out_by is null then 'demand' else 'left_out' end as kind,
    document_kind,
    document_id,
    line_id,
    product_option_id,
    size,
    sku,
    warehouse,
    day_on,
    sold_quantity,
    returned_quantity
from core.depletion_lines
union all
select
    case when left_out_by is null then 'demand' else 'left_out' end as kind,
    document_kind,
    document_id,
    line_id,
    product_option_id,
    size,
    sku,
    warehouse,
    day_on,
    sold_quantity,
    returned_quantity
from core.linked_lines
union all
select
    'kits' as kind,
    'sales_order' as document_kind,
    parts.sales_order_id as document_id,
    parts.line_id,
    parts.product_option_id,
    parts.size,
    items.sku,
    parts.warehouse,
    parts.day_on,
    coalesce(parts.quantity, 0)::decimal(18, 4) as sold_quantity,
    0::decimal(18, 4) as returned_quantity
from core.kit_components as parts
inner join core.items as items using (product_option_id, size)
anti join core.bom_components using (kit_option_id)
union all
select
    'left_out' as kind,
    'production_job' as document_kind,
    production_job_id as document_id,
    line_id,
    product_option_id,
    size,
    sku,
    warehouse,
    day_on,
    quantity as sold_quantity,
    0::decimal(18, 4) as returned_quantity
from core.production_takes
