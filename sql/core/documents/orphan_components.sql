/*
about: Components of kits whose own line is not on the document; one row per line.
grain: [line_number]
columns:
  line_number:
*/
with

components as (
    select
        line_number,
        document_kind,
        document_id,
        parent_line_id
    from core.document_lines
    where parent_line_id is not null
),

kits as (
    select
        lines.document_kind,
        lines.document_id,
        lines.line_id
    from core.document_lines as lines
    semi join components using (document_kind, document_id)
)

select components.line_number
from components
anti join kits
    on
        components.document_kind = kits.document_kind
        and components.document_id = kits.document_id
        and components.parent_line_id = kits.line_id
