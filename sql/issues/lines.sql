/*
about: >-
  Lines that are only a description, because no item was found; one row per kind of document and
  code, on the newest line that has it.
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
        sum(items.quantity) as quantity,
        coalesce(sum(items.value), 0) as value
    from core.line_exclusions as rules
    inner join core.document_line_items as items using (line_number, size)
    where rules.rule = 'description_only'
    group by items.line_number
),

folded_items as (
    select
        codes.folded_code,
        string_agg(distinct '"' || items.sku || '"', ', ' order by '"' || items.sku || '"') as skus
    from core.items as items
    inner join core.folded_codes as codes on items.sku = codes.code
    where not items.is_deleted and codes.folded_code <> ''
    group by codes.folded_code
),

-- A pack of an item has a code of its own, which is no item.
packs as (
    select
        units.code,
        string_agg(
            distinct printf('%s of "%s"', units.quantity::varchar, items.sku), ', '
            order by printf('%s of "%s"', units.quantity::varchar, items.sku)
        ) as contents
    from staging.product_option_units as units
    inner join core.items as items using (product_option_id, size)
    where not items.is_deleted and units.code <> ''
    group by units.code
),

-- A name is cut behind a word, or half an e-mail address would no longer be known as one.
-- A shop writes freight on every order: its lines are told together, the newest one by name.
codes as (
    select
        texts.document_kind::varchar as document_kind,
        max(texts.document_id) as document_id,
        arg_max(texts.line_id, (texts.document_id, texts.line_id)) as line_id,
        arg_max(
            coalesce(documents.order_number, texts.document_id::varchar),
            (texts.document_id, texts.line_id)
        ) as order_name,
        coalesce(texts.code, '') as code,
        arg_max(coalesce(texts.name, ''), (texts.document_id, texts.line_id)) as name,
        count(*) as line_count,
        count(distinct texts.document_id) as document_count,
        sum(lines.quantity) as quantity,
        sum(lines.value) as value
    from description_lines as lines
    inner join core.document_lines as texts using (line_number)
    inner join core.documents as documents using (document_kind, document_id)
    where not documents.is_deleted
    group by texts.document_kind, coalesce(texts.code, '')
)

select
    'description_only_line' as issue,
    codes.document_kind,
    codes.document_id,
    codes.line_id,
    'warning' as severity,
    printf(
        '%s: no item has the code "%s" (%s)%s, %s units, value %s',
        codes.order_name,
        codes.code,
        case
            when length(codes.name) > 80
                then regexp_replace(left(codes.name, 80), '\S*$', '') || '…'
            else codes.name
        end,
        case
            when codes.line_count > 1
                then
                    printf(
                        '; %s lines of %s documents have it',
                        codes.line_count::varchar, codes.document_count::varchar
                    )
            else ''
        end,
        codes.quantity::varchar,
        codes.value::varchar
    ) as detail,
    case
        when packs.contents is not null
            then
                'It is the code of a pack, ' || packs.contents || ': pick the product on the line '
                || 'in Cin7, or its units are not known here.'
        when folded_items.skus is not null
            then 'Is it ' || folded_items.skus || '? Pick the product on the line in Cin7.'
        else 'Pick the product on the line in Cin7; a fee or a comment can stay as it is.'
    end as suggestion
from codes
left join core.folded_codes as folded on codes.code = folded.code
left join folded_items on folded.folded_code = folded_items.folded_code
left join packs on codes.code = packs.code
