/*
about: Each line that is left out because no item has its code is an issue, unless it is deleted.
*/
select distinct
    excluded.document_kind,
    excluded.document_id,
    excluded.line_id
from planning.excluded_lines as excluded
inner join core.documents as documents using (document_kind, document_id)
where
    excluded.rule = 'description_only'
    and not documents.is_deleted
    and not exists (
        select 1
        from planning.data_issues as issues
        where
            issues.issue = 'description_only_line'
            and issues.document_kind = excluded.document_kind
            and issues.document_id = excluded.document_id
            and issues.line_id = excluded.line_id
    )
