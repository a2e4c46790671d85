/*
about: >-
  What production jobs take, out of their products' lists; one row per component of a product of a
  job.
grain: [production_job_id, line_id, position]
columns:
  production_job_id:
  line_id:
  position: Place of the component in the list, from 1.
  product_option_id: Option of the component as Cin7 links it.
  code: Code of the component as it stood when the job was written.
  actual_quantity: Units that the job took in all.
*/
with

lists as (
    select
        production_job_id,
        line_id,
        from_json(
            components,
            '[{"productOptionId": "BIGINT", "code": "VARCHAR", "actualQty": "DECIMAL(18, 4)"}]'
        ) as entries
    from staging.production_job_products
),

entries as (
    select
        production_job_id,
        line_id,
        unnest(entries) as entry,
        generate_subscripts(entries, 1) as position
    from lists
)

select
    production_job_id,
    line_id,
    position,
    nullif(entry['productOptionId'], 0) as product_option_id,
    entry['code'] as code,
    coalesce(entry['actualQty'], 0) as actual_quantity
from entries
where entry is not null
