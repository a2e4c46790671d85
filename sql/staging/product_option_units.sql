/*
about: >-
  Packs that options come in, taken out of their list of units of measure; one row per option,
  size and place in the list.
grain: [product_option_id, size, position]
columns:
  product_option_id:
  size:
  position: Place of the unit in the list, from 1.
  code: Code of the unit, verbatim.
  quantity: Stocking units that it holds.
  supplier_code: Code that the supplier uses for it; null where Cin7 has none.
*/
with

lists as (
    select
        product_option_id,
        size,
        from_json(
            uom_options,
            '[{"code": "VARCHAR", "quantity": "DECIMAL(18, 4)", "supplierCode": "VARCHAR"}]'
        ) as entries
    from staging.product_options
    where uom_options <> '[]'
),

entries as (
    select
        product_option_id,
        size,
        unnest(entries) as entry,
        generate_subscripts(entries, 1) as position
    from lists
)

select
    product_option_id,
    size,
    position,
    entry['code'] as code,
    entry['quantity'] as quantity,
    nullif(trim(entry['supplierCode']), '') as supplier_code
from entries
where entry is not null
