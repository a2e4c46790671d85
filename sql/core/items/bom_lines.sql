/*
about: >-
  What one unit of each product takes directly, from the bills of materials that Cin7 still has.
  Where several bills make an option the newest counts. One row per component of a product of a
  bill.
grain: [bom_master_id, product_line_id, position]
columns:
  bom_master_id:
  product_line_id: Cin7 id of the product's line in the bill.
  position: Place of the component in the product's list, from 1.
  reference:
  kit_option_id: Option that is made; null where Cin7 links none.
  component_id:
  component_option_id: Option that is taken; null where Cin7 links none.
  component_code: Code of the component on the bill.
  quantity: Units that one unit of the product takes.
  is_used: True where this bill is the one that counts for its product.
  is_component_known: True where the component is an item; bills name no sizes.
*/
with

products as (
    select
        products.bom_master_id,
        products.line_id,
        bills.reference,
        products.product_option_id,
        products.product_option_id is not null
        and row_number() over (
            partition by products.product_option_id
            order by products.bom_master_id desc, products.line_id desc
        ) = 1 as is_used
    from staging.bom_master_products as products
    inner join staging.bom_masters as bills using (bom_master_id)
    where bills.deleted_at is null
)

select
    products.bom_master_id,
    products.line_id as product_line_id,
    components.position,
    products.reference,
    products.product_option_id as kit_option_id,
    components.component_id,
    components.product_option_id as component_option_id,
    components.code as component_code,
    components.quantity,
    products.is_used,
    items.product_option_id is not null as is_component_known
from products
inner join staging.bom_components as components using (bom_master_id, line_id)
left join core.items as items
    on components.product_option_id = items.product_option_id and items.size = ''
