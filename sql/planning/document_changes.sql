/*
about: >-
  What was changed in Cin7 on documents that were known already: who moved the ETA, and when it was
  seen. Status, stage, dates, branches and quantities; what changed twice between two reads is one
  change. One row per document, line, field and read.
grain: [document_kind, document_id, line_id, field, seen_at]
example: |
  -- Whose date was moved in the last week, and from when to when?
  select document_kind, order_number, field, before, after, seen_at from planning.document_changes
  where field like '%date%' and seen_at > now() - interval 7 day order by seen_at desc
columns:
  document_kind: sales_order, purchase_order, transfer or credit_note.
  document_id: Cin7 id of the document.
  line_id: Cin7 id of the line, or its place below 0; 0 where the document itself changed.
  field: What changed, by the name of the column in the table of its kind where it is one; a branch
    by its Cin7 id.
  seen_at: When the change was read (UTC).
  order_number: Reference of the document in Cin7.
  before: Value before, as text; dates local, quantities in stocking units; null where there was
    none, or 0 units.
  after: Value after, as text, in the same way; null also for a line that was taken off.
  changed_at: When the document was last changed in Cin7 as it was read (UTC).
*/
select
    changes.document_kind,
    changes.document_id,
    changes.line_id,
    changes.field,
    changes.seen_at,
    documents.order_number,
    changes.before,
    changes.after,
    changes.changed_at
from staging.document_changes as changes
inner join core.documents as documents
    on
        changes.document_kind = documents.document_kind::varchar
        and changes.document_id = documents.document_id
where changes.before is distinct from changes.after
