/*
about: Options whose sku another item has too; one row per option.
grain: [issue, document_kind, document_id, line_id]
columns:
  issue: Name of the issue.
  document_kind: What it is about.
  document_id: Cin7 id of it.
  line_id: Cin7 id of the line; 0 for the whole.
  severity: error, warning or info.
  detail: What is wrong.
  suggestion: What to do about it.
*/
with

shared_skus as (
    select sku
    from core.items
    where sku <> ''
    group by sku
    having count(*) > 1
)

select
    'duplicate_sku' as issue,
    'product_option' as document_kind,
    items.product_option_id as document_id,
    0::bigint as line_id,
    'warning' as severity,
    printf(
        'other items have the same code: %s',
        string_agg(distinct '"' || items.sku || '"', ', ' order by '"' || items.sku || '"')
    ) as detail,
    'Give each option and size a code of its own in Cin7; lines are not matched by a shared one.'
        as suggestion
from core.items as items
inner join shared_skus on items.sku = shared_skus.sku
where not items.is_gone
group by items.product_option_id
