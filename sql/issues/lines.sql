/*
about: Lines that are only a description, because no item was found; one row per line.
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
with

description_lines as (
    select
        items.line_number,
        sum(items.quantity)::decimal(18, 4) as quantity,
        sum(items.value)::decimal(18, 4) as value
    from core.line_exclusions as rules
    inner join core.document_line_items as items using (line_number, size)
    where rules.rule = 'description_only'
    group by items.line_number
),

folded_items as (
    select
        lower(trim(regexp_replace(sku, '\s+', ' ', 'g'))) as folded_code,
        string_agg(distinct '"' || sku || '"', ', ' order by '"' || sku || '"') as skus
    from core.items
    where not is_deleted and trim(sku) <> ''
    group by lower(trim(regexp_replace(sku, '\s+', ' ', 'g')))
)

select
    'description_only_line' as issue,
    texts.document_kind::varchar as document_kind,
    texts.document_id,
    texts.line_id,
    'warning' as severity,
    printf(
        '%s: no item has the code "%s" (%s), %s units, value %s',
        coalesce(documents.order_number, texts.document_id::varchar),
        coalesce(texts.code, ''),
        coalesce(texts.name, ''),
        lines.quantity::varchar,
        lines.value::varchar
    ) as detail,
    case
        when folded_items.skus is not null
            then 'Is it ' || folded_items.skus || '? Pick the product on the line in Cin7.'
        else 'Pick the product on the line in Cin7; a fee or a comment can stay as it is.'
    end as suggestion
from description_lines as lines
inner join core.document_lines as texts using (line_number)
inner join core.documents as documents using (document_kind, document_id)
left join folded_items
    on lower(trim(regexp_replace(texts.code, '\s+', ' ', 'g'))) = folded_items.folded_code
where not documents.is_deleted
