/*
about: >-
  What changed between two reads of a document, named as in planning, its dates local; one row per
  document, line, field and read.
grain: [document_kind, document_id, line_id, field, seen_at]
materialized: table
columns:
  document_kind: sales_order, purchase_order, transfer or credit_note.
  document_id: Cin7 id of the document.
  line_id: Cin7 id of the line, or its place below 0; 0 where the document itself changed.
  field: What changed.
  before: Value before, as text; null where there was none.
  after: Value after, as text; null where there is none.
  changed_at: When the document was last changed in Cin7 as it was read (UTC).
  seen_at: When the change was read (UTC).
*/
with

fields (entity, document_kind, cin7_field, field) as (
    values
    ('sales_orders', 'sales_order', 'estimated_delivery_date', 'due_on'),
    ('sales_orders', 'sales_order', 'dispatched_date', 'dispatched_on'),
    ('sales_orders', 'sales_order', 'invoice_date', 'invoiced_on'),
    ('sales_orders', 'sales_order', 'cancellation_date', 'cancelled_on'),
    ('sales_orders', 'sales_order', 'qty', 'ordered_quantity'),
    ('sales_orders', 'sales_order', 'qty_shipped', 'shipped_quantity'),
    ('purchase_orders', 'purchase_order', 'estimated_delivery_date', 'etd_on'),
    ('purchase_orders', 'purchase_order', 'estimated_arrival_date', 'eta_on'),
    ('purchase_orders', 'purchase_order', 'fully_received_date', 'received_on'),
    ('purchase_orders', 'purchase_order', 'cancellation_date', 'cancelled_on'),
    ('purchase_orders', 'purchase_order', 'qty', 'ordered_quantity'),
    ('purchase_orders', 'purchase_order', 'qty_shipped', 'received_quantity'),
    ('branch_transfers', 'transfer', 'dispatched_date', 'dispatched_on'),
    ('branch_transfers', 'transfer', 'received_date', 'received_on'),
    ('branch_transfers', 'transfer', 'qty', 'quantity'),
    ('branch_transfers', 'transfer', 'qty_transferred', 'received_quantity'),
    ('credit_notes', 'credit_note', 'completed_date', 'returned_on'),
    ('credit_notes', 'credit_note', 'qty', 'quantity')
),

kinds as (
    select distinct
        entity,
        document_kind
    from fields
)

select
    kinds.document_kind,
    changes.document_id,
    changes.line_id,
    coalesce(fields.field, changes.field) as field,
    case
        when ends_with(changes.field, '_date')
            then
                timezone(getvariable('time_zone'), timezone('UTC', changes.before::timestamp))
                ::date::varchar
        else changes.before
    end as before,
    case
        when ends_with(changes.field, '_date')
            then
                timezone(getvariable('time_zone'), timezone('UTC', changes.after::timestamp))
                ::date::varchar
        else changes.after
    end as after,
    timezone('UTC', changes.modified_date) as changed_at,
    timezone('UTC', changes.seen_at) as seen_at
from raw.document_changes as changes
inner join kinds using (entity)
left join fields
    on changes.entity = fields.entity and changes.field = fields.cin7_field
