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
        lines.quantity::varchar
    ) as detail,
    'Add the kit or enter the component as a line of its own in Cin7; until then it does not count.'
        as suggestion
from core.orphan_components
inner join core.document_lines as lines using (line_number)
inner join core.documents as documents using (document_kind, document_id)
where not documents.is_void and not documents.is_deleted
