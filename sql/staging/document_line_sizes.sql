/*
about: >-
  Sizes of document lines that have any, taken out of their JSON or packed text; one row per line
  and size. A size that occurs twice on a line is added up.
grain: [document_kind, document_id, line_id, size]
columns:
  document_kind: sales_order, purchase_order, transfer or credit_note.
  document_id: Cin7 id of the document.
  line_id:
  size: Name of the size, verbatim.
  position: Place of the size on the line, from 1.
  code: Code of the size on the line, verbatim.
  quantity: Units of the size; negative on credit notes.
*/
with

json_lists as (
    select
        'sales_order' as document_kind,
        sales_order_id as document_id,
        line_id,
        sizes
    from staging.sales_order_lines
    union all
    select
        'transfer' as document_kind,
        transfer_id as document_id,
        line_id,
        sizes
    from staging.branch_transfer_lines
),

-- One size a line of the text, each as quantity|name|code|barcode.
text_lists as (
    select
        'purchase_order' as document_kind,
        purchase_order_id as document_id,
        line_id,
        size_codes
    from staging.purchase_order_lines
    union all
    select
        'credit_note' as document_kind,
        credit_note_id as document_id,
        line_id,
        size_codes
    from staging.credit_note_lines
),

lists as (
    select
        document_kind,
        document_id,
        line_id,
        from_json(
            sizes, '[{"name": "VARCHAR", "code": "VARCHAR", "qty": "DECIMAL(18, 4)"}]'
        ) as entries
    from json_lists
    union all
    select
        document_kind,
        document_id,
        line_id,
        list_transform(
            regexp_split_to_array(size_codes, '\r?\n'),
            lambda entry: {
                'name': split_part(entry, '|', 2),
                'code': split_part(entry, '|', 3),
                'qty': try_cast(split_part(entry, '|', 1) as decimal(18, 4))
            }
        ) as entries
    from text_lists
),

entries as (
    select
        document_kind,
        document_id,
        line_id,
        unnest(entries) as entry,
        generate_subscripts(entries, 1) as position
    from lists
)

select
    document_kind,
    document_id,
    line_id,
    entry.name as size,
    min(position) as position,
    arg_min(entry.code, position) as code,
    sum(coalesce(entry.qty, 0))::decimal(18, 4) as quantity
from entries
where entry.name <> ''
group by document_kind, document_id, line_id, entry.name
