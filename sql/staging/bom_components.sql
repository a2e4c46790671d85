/*
about: >-
  Components of bills of materials, taken out of their products' lists; one row per component of
  a product of a bill.
grain: [bom_master_id, line_id, position]
columns:
  bom_master_id:
  line_id:
  position: Place of the component in the list, from 1.
  component_id: Cin7 id of the component's line.
  product_option_id: Option of the component as Cin7 links it.
  code: Code of the component as it stood when the bill was written.
  name: Text of the component.
  quantity: Units that one unit of the product takes.
*/
with

lists as (
    select
        bom_master_id,
        line_id,
        from_json(
            components,
            '[{
                "id": "BIGINT",
                "productOptionId": "BIGINT",
                "code": "VARCHAR",
                "name": "VARCHAR",
                "qty": "DECIMAL(18, 4)"
            }]'
        ) as entries
    from staging.bom_master_products
),

entries as (
    select
        bom_master_id,
        line_id,
        unnest(entries) as entry,
        generate_subscripts(entries, 1) as position
    from lists
)

select
    bom_master_id,
    line_id,
    position,
    coalesce(entry['id'], 0) as component_id,
    nullif(entry['productOptionId'], 0) as product_option_id,
    entry['code'] as code,
    entry['name'] as name,
    coalesce(entry['qty'], 0) as quantity
from entries
where entry is not null
