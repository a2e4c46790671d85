/*
about: >-
  The account's own fields, those that data/settings/custom_fields.csv names. One row per
  record that Cin7 still has and field that is filled in.
grain: [document_kind, document_id, name]
example: |
  -- What stands in a field of our own?
  select name, value, count(*) as records from planning.custom_fields group by all
  order by records desc
columns:
  document_kind: sales_order, purchase_order, transfer, credit_note, product or contact.
  document_id: Cin7 id of the record.
  name: Name of the field by the settings.
  value: Content of the field, as text; an e-mail address in it is not shown.
  cin7_field: Code of the field in Cin7, such as orders_1000.
checks:
  value_is_given: value <> ''
*/
with

records as (
    select
        'sales_orders' as entity,
        'sales_order' as document_kind,
        sales_order_id as document_id,
        custom_fields
    from staging.sales_orders
    where deleted_at is null
    union all
    select
        'purchase_orders' as entity,
        'purchase_order' as document_kind,
        purchase_order_id as document_id,
        custom_fields
    from staging.purchase_orders
    where deleted_at is null
    union all
    select
        'branch_transfers' as entity,
        'transfer' as document_kind,
        transfer_id as document_id,
        custom_fields
    from staging.branch_transfers
    where deleted_at is null
    union all
    select
        'credit_notes' as entity,
        'credit_note' as document_kind,
        credit_note_id as document_id,
        custom_fields
    from staging.credit_notes
    where deleted_at is null
    union all
    select
        'products' as entity,
        'product' as document_kind,
        product_id as document_id,
        custom_fields
    from staging.products
    where deleted_at is null
    union all
    select
        'contacts' as entity,
        'contact' as document_kind,
        contact_id as document_id,
        custom_fields
    from staging.contacts
    where deleted_at is null
),

entries as (
    select
        entity,
        document_kind,
        document_id,
        unnest(map_entries(from_json(custom_fields, '"MAP(VARCHAR, VARCHAR)"'))) as entry
    from records
)

select
    entries.document_kind,
    entries.document_id,
    names.name,
    regexp_replace(
        entries.entry.value,
        '[^\s@<>(),;"]+@[^\s@<>(),;"]+\.[^\s@<>(),;"]+',
        '(e-mail address)',
        'g'
    ) as value,
    names.cin7_field
from entries
inner join settings.custom_fields as names
    on entries.entity = names.entity and entries.entry.key = names.cin7_field
where entries.entry.value <> ''
