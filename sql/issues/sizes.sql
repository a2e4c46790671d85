/*
about: Lines whose sizes do not add up to them; one row per line.
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
    'sizes_do_not_add_up' as issue,
    documents.document_kind::varchar as document_kind,
    documents.document_id,
    lines.line_id,
    'error' as severity,
    printf(
        '%s: "%s" has %s units, its sizes have %s',
        coalesce(documents.order_number, documents.document_id::varchar),
        left(coalesce(lines.code, lines.name, ''), 80),
        lines.quantity::varchar,
        (lines.quantity - rests.quantity)::decimal(18, 4)::varchar
    ) as detail,
    'Correct the sizes of the line in Cin7; until then the difference counts for no size and '
    || 'stands in excluded_lines.' as suggestion
from core.document_line_sizes as rests
inner join core.document_lines as lines using (line_number)
inner join core.documents as documents using (document_kind, document_id)
where rests.size = '' and not documents.is_void and not documents.is_deleted
