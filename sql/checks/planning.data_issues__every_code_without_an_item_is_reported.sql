/*
about: >-
  Each code on lines that are left out because no item has it is an issue of their kind of
  document, unless all of them are deleted.
*/
with

told_codes as (
    select
        lines.document_kind,
        coalesce(lines.code, '') as code
    from planning.data_issues as issues
    inner join core.document_lines as lines using (document_kind, document_id, line_id)
    where issues.issue = 'description_only_line'
)

select distinct
    excluded.document_kind,
    excluded.document_id,
    excluded.line_id
from planning.excluded_lines as excluded
inner join core.document_lines as lines using (document_kind, document_id, line_id)
inner join core.documents as documents using (document_kind, document_id)
left join told_codes
    on
        lines.document_kind = told_codes.document_kind
        and coalesce(lines.code, '') = told_codes.code
where
    excluded.rule = 'description_only'
    and not documents.is_deleted
    and told_codes.code is null
