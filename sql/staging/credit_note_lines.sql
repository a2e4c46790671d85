/*
about: Lines of credit notes, renamed; one row per line.
grain: [credit_note_id, line_id]
columns:
  credit_note_id: Cin7 id of the credit note.
  line_id: Cin7 id of the line; below 0 its place, where the id does not tell it apart.
  parent_line_id:
  product_id: Product as Cin7 links it.
  product_option_id: Option as Cin7 links it.
  sort: Position on the document.
  code: Code as it stood when the line was written.
  name: Text of the line.
  quantity: Units credited, negative in Cin7.
  returned_quantity: Units taken back, as in Cin7.
  unit_price: Price of a unit, in document currency.
  discount:
  size_codes: Sizes of the line, packed as text.
*/
select
    credit_note_id,
    coalesce(-place, id) as line_id,
    nullif(parent_id, 0) as parent_line_id,
    nullif(product_id, 0) as product_id,
    nullif(product_option_id, 0) as product_option_id,
    sort,
    code,
    name,
    qty as quantity,
    qty_shipped as returned_quantity,
    unit_price,
    discount,
    size_codes
from raw.credit_note_lines
