/*
about: Lines of transfers, renamed; one row per line.
grain: [transfer_id, line_id]
columns:
  transfer_id: Cin7 id of the transfer.
  line_id: Cin7 id of the line; below 0 its place, where the id does not tell it apart.
  parent_line_id:
  product_id: Product as Cin7 links it.
  product_option_id: Option as Cin7 links it.
  sort: Position on the document.
  code: Code as it stood when the line was written.
  name: Text of the line.
  quantity: Units to be moved.
  received_quantity: Units received at the destination.
  unit_cost:
  sizes: Sizes of the line as a JSON array.
*/
select
    branch_transfer_id as transfer_id,
    coalesce(-place, id) as line_id,
    nullif(parent_id, 0) as parent_line_id,
    nullif(product_id, 0) as product_id,
    nullif(product_option_id, 0) as product_option_id,
    sort,
    code,
    name,
    qty as quantity,
    qty_transferred as received_quantity,
    unit_cost,
    sizes
from raw.branch_transfer_lines
