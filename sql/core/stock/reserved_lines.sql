/*
about: >-
  Lines of open sales orders that reserve stock in Cin7: of a kit its components, not the kit's
  own line. One row per line and size with something left to ship.
grain: [sales_order_id, line_id, size]
columns:
  sales_order_id:
  line_id: Cin7 id of the line, below 0 its place where the id does not tell it apart.
  size: Size of the item.
  product_option_id: Option of the item.
  sku: The item's sku.
  warehouse: Warehouse of the order's branch.
  open_quantity: Units left to ship.
*/
with

kit_lines as (
    select distinct
        sales_order_id,
        parent_line_id as line_id
    from staging.sales_order_lines
    where parent_line_id is not null
)

select
    items.document_id as sales_order_id,
    items.line_id,
    items.size,
    items.product_option_id,
    items.sku,
    attributes.warehouse,
    (items.ordered_quantity - items.fulfilled_quantity)::decimal(18, 4) as open_quantity
from core.line_exclusions as rules
inner join core.document_line_items as items using (line_number, size)
inner join core.document_attributes as attributes using (document_kind, document_id)
left join kit_lines
    on items.document_id = kit_lines.sales_order_id and items.line_id = kit_lines.line_id
where
    items.document_kind = 'sales_order'
    and rules.rule = 'undispatched'
    and items.product_option_id is not null
    and items.ordered_quantity > items.fulfilled_quantity
    and kit_lines.line_id is null
