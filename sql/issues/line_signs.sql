/*
about: >-
  Lines whose sign says the opposite of their document: above 0 on credit notes, below 0 on all
  others; one row per document.
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

lines as (
    select
        items.document_kind,
        items.document_id,
        coalesce(documents.order_number, items.document_id::varchar) as order_name,
        count(distinct items.line_id) as line_count,
        sum(items.quantity)::decimal(18, 4) as quantity,
        coalesce(sum(items.quantity) filter (where rules.rule = 'negative_adjustment'), 0)
        ::decimal(18, 4) as adjusted_quantity
    from core.line_exclusions as rules
    inner join core.document_line_items as items using (line_number, size)
    inner join core.documents as documents using (document_kind, document_id)
    where
        rules.rule in ('negative_adjustment', 'negative_return', 'positive_credit')
        and not documents.is_void
        and not documents.is_deleted
    group by items.document_kind, items.document_id, documents.order_number
),

supply_lines as (
    select
        lines.document_kind,
        lines.document_id,
        coalesce(documents.order_number, lines.document_id::varchar) as order_name,
        count(distinct lines.line_id) as line_count,
        sum(lines.ordered_quantity)::decimal(18, 4) as quantity
    from core.included_lines as lines
    inner join core.documents as documents using (document_kind, document_id)
    where
        lines.document_kind in ('purchase_order', 'transfer')
        and lines.ordered_quantity < 0
        and not documents.is_void
        and not documents.is_deleted
    group by lines.document_kind, lines.document_id, documents.order_number
)

select
    'negative_order_lines' as issue,
    document_kind::varchar as document_kind,
    document_id,
    0::bigint as line_id,
    'warning' as severity,
    printf(
        '%s: %s lines below 0 with %s units, of them %s at price 0, which are read as an '
        || 'adjustment of stock, the others as a return',
        order_name, line_count::varchar, quantity::varchar, adjusted_quantity::varchar
    ) as detail,
    'Write stock down by an adjustment and take goods back by a credit note in Cin7; a line below '
    || '0 is no sale.' as suggestion
from lines
where document_kind = 'sales_order'
union all
select
    'positive_credit_lines' as issue,
    document_kind::varchar as document_kind,
    document_id,
    0::bigint as line_id,
    'warning' as severity,
    printf(
        '%s: %s lines above 0 with %s units, which leave on a credit note and are no return',
        order_name, line_count::varchar, quantity::varchar
    ) as detail,
    'Write what a customer gets in exchange as a sales order in Cin7; on a credit note it leaves '
    || 'the stock and is no demand.' as suggestion
from lines
where document_kind = 'credit_note'
union all
select
    'negative_supply_lines' as issue,
    document_kind::varchar as document_kind,
    document_id,
    0::bigint as line_id,
    'info' as severity,
    printf(
        '%s: %s lines below 0 with %s units, which are no supply',
        order_name, line_count::varchar, quantity::varchar
    ) as detail,
    'Nothing, if goods go back with it; they leave the stock in Cin7, and planning expects neither '
    || 'their coming nor their going.' as suggestion
from supply_lines
