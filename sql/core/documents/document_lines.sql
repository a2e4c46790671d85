/*
about: What the lines of all four kinds of documents have in common; one row per line.
grain: [document_kind, document_id, line_id]
columns:
  document_kind: sales_order, purchase_order, transfer or credit_note.
  document_id: Cin7 id of the document.
  line_id:
  is_component: True where the line is a component of a kit on the same document.
  product_option_id:
  code:
  name:
  quantity: Units of the whole line; negative on credit notes.
  fulfilled_quantity: Units of the whole line that were shipped or received.
  unit_price: Price of a unit in document currency; on transfers its cost.
  discount: Discount on the whole line in document currency; sales orders only.
*/
with

lines as (
    select
        'sales_order' as document_kind,
        sales_order_id as document_id,
        line_id,
        parent_line_id,
        product_option_id,
        code,
        name,
        quantity,
        shipped_quantity as fulfilled_quantity,
        unit_price,
        discount
    from staging.sales_order_lines
    union all
    select
        'purchase_order' as document_kind,
        purchase_order_id as document_id,
        line_id,
        parent_line_id,
        product_option_id,
        code,
        name,
        quantity,
        received_quantity as fulfilled_quantity,
        unit_price,
        null as discount
    from staging.purchase_order_lines
    union all
    select
        'transfer' as document_kind,
        transfer_id as document_id,
        line_id,
        parent_line_id,
        product_option_id,
        code,
        name,
        quantity,
        received_quantity as fulfilled_quantity,
        unit_cost as unit_price,
        null as discount
    from staging.branch_transfer_lines
    union all
    select
        'credit_note' as document_kind,
        credit_note_id as document_id,
        line_id,
        parent_line_id,
        product_option_id,
        code,
        name,
        quantity,
        null as fulfilled_quantity,
        unit_price,
        null as discount
    from staging.credit_note_lines
)

select
    document_kind,
    document_id,
    line_id,
    parent_line_id is not null as is_component,
    product_option_id,
    code,
    name,
    coalesce(quantity, 0) as quantity,
    coalesce(fulfilled_quantity, 0) as fulfilled_quantity,
    coalesce(unit_price, 0) as unit_price,
    coalesce(discount, 0) as discount
from lines
