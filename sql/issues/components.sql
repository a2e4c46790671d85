/*
about: >-
  Components of kits on documents that do not have the kit's own line; one row per line.
grain: [issue, document_kind, document_id, line_id]
columns:
  issue:
  document_kind:
  document_id:
  line_id: Cin7 id of the line; 0 for the whole.
  severity:
  detail:
  suggestion:
*/
select
    'component_without_kit' as issue,
    documents.document_kind::varchar as document_kind,
    documents.document_id,
    lines.line_id,
    'warning' as severity,
    printf(
        '%s: "%s" is a component, %s units, of a kit whose own line is not on the document',
        coalesce(documents.order_number, documents.document_id::varchar),
        coalesce(lines.code, ''),
        coalesce(lines.quantity, 0)::varchar
    ) as detail,
    'Add the kit or enter the component as a line of its own in Cin7; until then it does not count.'
        as suggestion
from staging.document_lines as lines
inner join core.documents as documents
    on
        lines.document_kind = documents.document_kind::varchar
        and lines.document_id = documents.document_id
left join staging.document_lines as kits
    on
        lines.document_kind = kits.document_kind
        and lines.document_id = kits.document_id
        and lines.parent_line_id = kits.line_id
where
    lines.parent_line_id is not null
    and kits.line_id is null
    and not documents.is_void
    and not documents.is_deleted
