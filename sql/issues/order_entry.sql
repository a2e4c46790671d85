/*
about: >-
  Sales orders that were left or staged in a way that hides them from somebody, orders and purchase
  orders that are cancelled without being void, and lines in another unit of measure; one row per
  issue and document or line.
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

orders as (
    select
        orders.sales_order_id,
        coalesce(orders.order_number, orders.sales_order_id::varchar) as order_name,
        orders.created_on,
        trim(orders.stage) as stage,
        documents.is_approved,
        documents.is_void,
        documents.is_deleted
    from staging.sales_orders as orders
    inner join core.documents as documents
        on
            documents.document_kind = 'sales_order'
            and orders.sales_order_id = documents.document_id
),

packed_lines as (
    select
        sales_order_id,
        line_id,
        code,
        uom_size,
        coalesce(quantity, 0) as quantity,
        coalesce(quantity, 0) % uom_size = 0 as is_whole_packs
    from staging.sales_order_lines
    where uom_size > 1
)

select
    'old_draft' as issue,
    'sales_order' as document_kind,
    orders.sales_order_id as document_id,
    0::bigint as line_id,
    'warning' as severity,
    printf('%s: a draft since %s', orders.order_name, orders.created_on::varchar) as detail,
    'Approve it in Cin7 so that it reserves stock, or void it there; a draft is no demand.'
        as suggestion
from orders
cross join core.today as today
where
    not orders.is_approved
    and not orders.is_void
    and not orders.is_deleted
    and orders.created_on < today.today_on - 7
union all
select
    'unit_of_measure_line' as issue,
    'sales_order' as document_kind,
    orders.sales_order_id as document_id,
    lines.line_id,
    case when lines.is_whole_packs then 'info' else 'warning' end as severity,
    printf(
        '%s: "%s" was ordered in packs of %s; its %s units are stocking units%s',
        orders.order_name,
        coalesce(lines.code, ''),
        lines.uom_size::varchar,
        lines.quantity::varchar,
        case when lines.is_whole_packs then '' else ', but no whole packs' end
    ) as detail,
    case
        when lines.is_whole_packs
            then
                'Nothing, if the pack size in Cin7 is right; quantities here are in stocking units '
                || 'already.'
        else
            'Look in Cin7 whether it is packs that were written as units: each then counts as one '
            || 'unit. Correct the quantity there, or the pack size.'
    end as suggestion
from orders
inner join packed_lines as lines using (sales_order_id)
where not orders.is_deleted
union all
select
    'cancelled_not_void' as issue,
    document_kind::varchar as document_kind,
    document_id,
    0::bigint as line_id,
    'warning' as severity,
    printf(
        '%s: cancelled, but not void%s',
        coalesce(order_number, document_id::varchar),
        case when completed_on is null then '' else ', and done on ' || completed_on::varchar end
    ) as detail,
    'Void it in Cin7, or restore it there until the day of cancellation is gone; it counts as void.'
        as suggestion
from core.documents
where is_cancelled and not is_deleted
