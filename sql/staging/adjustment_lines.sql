/*
about: Lines of stock adjustments, renamed; one row per line.
grain: [adjustment_id, line_id]
columns:
  adjustment_id: Cin7 id of the adjustment.
  line_id: Cin7 id of the line; below 0 its place, where the id does not tell it apart.
  product_id: Product as Cin7 links it.
  product_option_id: Option as Cin7 links it.
  sort: Position on the document.
  code: Code as it stood when the line was written.
  name: Text of the line.
  quantity: Units on the line as Cin7 shows them.
  adjusted_quantity: Units that stock changes by; negative takes stock away.
  unit_cost:
*/
select
    adjustment_id,
    coalesce(-place, id) as line_id,
    nullif(product_id, 0) as product_id,
    nullif(product_option_id, 0) as product_option_id,
    sort,
    code,
    name,
    qty as quantity,
    qty_adjusted as adjusted_quantity,
    unit_cost
from raw.adjustment_lines
