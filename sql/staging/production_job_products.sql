/*
about: What production jobs make, renamed; one row per product of a job.
grain: [production_job_id, line_id]
columns:
  production_job_id: Cin7 id of the job.
  line_id: Cin7 id of the product's line in the job; below 0 its place, where
    the id does not tell it apart.
  product_id: Product as Cin7 links it.
  product_option_id: Option as Cin7 links it.
  product_type: Make, Use, Addon or Undefined.
  sort: Position in the job.
  code: Code as it stood when the job was written.
  name: Text of the line.
  standard_quantity: Units planned.
  actual_quantity: Units made.
  components: What is taken to make it, as a JSON array of Cin7's objects.
*/
select
    production_job_id,
    coalesce(-place, id) as line_id,
    nullif(product_id, 0) as product_id,
    nullif(product_option_id, 0) as product_option_id,
    type as product_type,
    sort,
    code,
    name,
    standard_qty as standard_quantity,
    actual_qty as actual_quantity,
    components
from raw.production_job_products
