/*
about: >-
  Sales orders of which more came back than was sold, by all credit notes that name them; one row
  per order.
grain: [issue, document_kind, document_id, line_id]
columns:
  issue:
  document_kind:
  document_id:
  line_id: 0, as the issue is about the whole.
  severity:
  detail:
  suggestion:
*/
with

returned as (
    select
        credited.sales_order_id,
        lines.product_option_id,
        lines.size,
        min(lines.sku) as sku,
        sum(lines.returned_quantity)::decimal(18, 4) as quantity
    from core.credited_orders as credited
    inner join core.depletion_lines as lines
        on
            lines.document_kind = 'credit_note'
            and credited.credit_note_id = lines.document_id
    group by credited.sales_order_id, lines.product_option_id, lines.size
),

sold as (
    select
        lines.document_id as sales_order_id,
        lines.product_option_id,
        lines.size,
        sum(lines.sold_quantity)::decimal(18, 4) as quantity
    from core.depletion_lines as lines
    semi join returned on lines.document_id = returned.sales_order_id
    where lines.document_kind = 'sales_order'
    group by lines.document_id, lines.product_option_id, lines.size
)

select
    'returned_more_than_sold' as issue,
    'sales_order' as document_kind,
    returned.sales_order_id as document_id,
    0::bigint as line_id,
    'warning' as severity,
    printf(
        '%s: more came back than was sold: %s',
        coalesce(min(documents.order_number), returned.sales_order_id::varchar),
        string_agg(
            '"' || returned.sku || '" ' || returned.quantity || ' of '
            || coalesce(sold.quantity, 0),
            ', ' order by returned.sku, returned.size
        )
    ) as detail,
    'Look in Cin7 whether a credit note was entered twice or names another order; all that came '
    || 'back is taken off demand.' as suggestion
from returned
inner join core.documents as documents
    on
        documents.document_kind = 'sales_order'
        and returned.sales_order_id = documents.document_id
left join sold using (sales_order_id, product_option_id, size)
where
    documents.completed_on is not null
    and documents.is_approved
    and not documents.is_void
    and not documents.is_deleted
    and returned.quantity > coalesce(sold.quantity, 0)
group by returned.sales_order_id
