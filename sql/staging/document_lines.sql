/*
about: >-
  Lines of all four kinds of documents in one form, their sizes taken out of JSON or packed text;
  one row per line.
grain: [document_kind, document_id, line_id]
columns:
  document_kind: sales_order, purchase_order, transfer or credit_note.
  document_id: Cin7 id of the document.
  line_id: Cin7 id of the line; below 0 its place, where the id does not tell it apart.
  parent_line_id:
  product_option_id: Option as Cin7 links it.
  code: Code as it stood when the line was written.
  name: Text of the line.
  quantity: Units of the whole line; negative on credit notes.
  fulfilled_quantity: Units shipped, received or taken back, these as Cin7 signs them and null where
    it does not say.
  unit_price: Price of a unit in document currency; on transfers its cost.
  discount: Discount on the whole line in document currency; of sales orders, and of credit notes,
    where it is never negative.
  sizes: Name, code and quantity of each size, in the line's order.
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
        discount,
        sizes,
        null as size_codes
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
        null as discount,
        null as sizes,
        size_codes
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
        null as discount,
        sizes,
        null as size_codes
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
        returned_quantity as fulfilled_quantity,
        unit_price,
        abs(discount) as discount,
        null as sizes,
        size_codes
    from staging.credit_note_lines
)

select
    document_kind::enum('sales_order', 'purchase_order', 'transfer', 'credit_note')
        as document_kind,
    document_id,
    line_id,
    parent_line_id,
    product_option_id,
    code,
    name,
    quantity,
    fulfilled_quantity,
    unit_price,
    discount,
    -- Packed sizes are one a line of the text, each as quantity|name|code|barcode; some systems put
    -- semicolons between them, blanks around a name, or a comma into a thousand.
    coalesce(
        from_json(sizes, '[{"name": "VARCHAR", "code": "VARCHAR", "qty": "DECIMAL(38, 4)"}]'),
        list_transform(
            regexp_split_to_array(size_codes, '\r?\n|;'),
            lambda entry: {
                'name': trim(split_part(entry, '|', 2)),
                'code': split_part(entry, '|', 3),
                'qty': try_cast(
                    regexp_replace(split_part(entry, '|', 1), ',(\d{3})', '\1', 'g')
                    as decimal(38, 4)
                )
            }
        )
    ) as sizes
from lines
