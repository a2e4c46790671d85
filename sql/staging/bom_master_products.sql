/*
about: Finished products of bills of materials, renamed; one row per product of a bill.
grain: [bom_master_id, line_id]
columns:
  bom_master_id:
  line_id: Cin7 id of the product's line in the bill; below 0 its place, where
    the id does not tell it apart.
  product_id: Product as Cin7 links it.
  product_option_id: Option as Cin7 links it.
  sort: Position in the bill.
  code: Code as it stood when the bill was written.
  name: Text of the line.
  quantity: Units of the product that the bill speaks of, as in Cin7.
  components: What one unit of the product takes, as a JSON array of Cin7's objects.
*/
select
    bom_master_id,
    coalesce(-place, id) as line_id,
    nullif(product_id, 0) as product_id,
    nullif(product_option_id, 0) as product_option_id,
    sort,
    code,
    name,
    qty as quantity,
    components
from raw.bom_master_products
