/*
about: >-
  Lines of sales orders of which nothing was shipped, and of credit notes of which nothing came
  back, although something else was or did: of the document, or of a component's kit. They were not
  sold or returned with it. Fees and services are never shipped, nor need a kit be whose components
  were. One row per line.
grain: [line_number]
columns:
  line_number:
*/
with

shipped_documents as (
    select distinct
        document_kind,
        document_id
    from core.document_lines
    where document_kind in ('sales_order', 'credit_note') and is_partly_fulfilled
),

unshipped as (
    select
        lines.line_number,
        lines.document_kind,
        lines.document_id,
        lines.line_id,
        lines.parent_line_id
    from core.document_lines as lines
    semi join shipped_documents using (document_kind, document_id)
    where
        not lines.is_partly_fulfilled
        and (lines.quantity > 0 or (lines.document_kind = 'credit_note' and lines.quantity < 0))
),

shipped_kits as (
    select distinct
        document_kind,
        document_id,
        parent_line_id
    from core.document_lines
    where parent_line_id is not null and is_partly_fulfilled
),

goods as (
    select lines.line_number
    from unshipped as lines
    inner join core.document_line_items as items using (line_number)
    inner join core.items as stocked
        on items.product_option_id = stocked.product_option_id and items.size = stocked.size
    where lines.parent_line_id is null and stocked.is_stocked
)

select lines.line_number
from unshipped as lines
semi join goods using (line_number)
anti join shipped_kits as kits
    on
        lines.document_kind = kits.document_kind
        and lines.document_id = kits.document_id
        and lines.line_id = kits.parent_line_id
union all
select lines.line_number
from unshipped as lines
semi join shipped_kits using (document_kind, document_id, parent_line_id)
