/*
about: >-
  Sales orders that are dispatched although nothing was shipped or nobody approved them, those that
  were shipped in full and invoiced without a day of dispatch, and those that are shipped in full
  since more than a week without either; one row per issue and order. And those whose invoice was
  long before or after the dispatch, and those of which less was shipped than ordered without a back
  order; one row for all of each.
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
        documents.document_id,
        coalesce(documents.order_number, documents.document_id::varchar) as order_name,
        documents.created_on,
        documents.completed_on,
        sales.invoiced_on,
        sales.is_picked,
        sales.is_shipped_undispatched,
        today.today_on,
        documents.is_approved,
        documents.completed_on is not null
        and not documents.is_void
        and not documents.is_deleted as is_dispatched
    from core.documents as documents
    inner join core.sales_orders as sales on documents.document_id = sales.sales_order_id
    cross join core.today as today
    where documents.document_kind = 'sales_order'
),

sold_orders as (
    select
        document_id,
        order_name,
        completed_on,
        invoiced_on,
        completed_on > today_on - 90 as is_recent
    from orders
    where is_dispatched and is_approved
),

unshipped_orders as (
    select lines.document_id
    from core.document_lines as lines
    inner join core.document_line_items as items using (line_number)
    where lines.document_kind = 'sales_order'
    group by lines.document_id
    having
        bool_or(
            not lines.is_component and lines.quantity > 0 and items.product_option_id is not null
        )
        and not bool_or(lines.fulfilled_quantity > 0)
),

split_orders as (
    select distinct original_order_number as order_name
    from core.sales_orders
    where original_order_number <> order_number
),

short_orders as (
    select
        orders.document_id,
        orders.order_name,
        sum(lines.quantity - lines.fulfilled_quantity)::decimal(18, 4) as quantity
    from core.document_lines as lines
    inner join sold_orders as orders using (document_id)
    anti join split_orders on orders.order_name = split_orders.order_name
    left join core.unshipped_lines as unshipped using (line_number)
    where
        orders.is_recent
        and lines.document_kind = 'sales_order'
        and not lines.is_component
        and lines.fulfilled_quantity < lines.quantity
        and (lines.is_partly_fulfilled or unshipped.line_number is not null)
    group by orders.document_id, orders.order_name
)

select
    'dispatched_nothing_shipped' as issue,
    'sales_order' as document_kind,
    document_id,
    0::bigint as line_id,
    'warning' as severity,
    printf(
        '%s: dispatched on %s, but no line has a shipped quantity',
        order_name,
        completed_on::varchar
    ) as detail,
    'The ordered quantities count as sold; correct the shipped quantities in Cin7 if they are not.'
        as suggestion
from sold_orders
semi join unshipped_orders using (document_id)
union all
select
    'shipped_not_dispatched' as issue,
    'sales_order' as document_kind,
    document_id,
    0::bigint as line_id,
    'error' as severity,
    printf(
        '%s: shipped in full and invoiced on %s, but without a day of dispatch',
        order_name,
        invoiced_on::varchar
    ) as detail,
    'Enter the day of dispatch in Cin7; until then its units are neither sold nor open.'
        as suggestion
from orders
where is_shipped_undispatched
union all
select
    'picked_not_dispatched' as issue,
    'sales_order' as document_kind,
    document_id,
    0::bigint as line_id,
    'warning' as severity,
    printf(
        '%s: of %s, shipped in full, but without a day of dispatch or an invoice',
        order_name,
        created_on::varchar
    ) as detail,
    'Enter the day of dispatch in Cin7 if the goods have left; until then its units are neither '
    || 'sold nor open.' as suggestion
from orders
where is_picked and created_on < today_on - 7
union all
select
    'dispatched_not_approved' as issue,
    'sales_order' as document_kind,
    document_id,
    0::bigint as line_id,
    'error' as severity,
    printf('%s: dispatched on %s, but a draft', order_name, completed_on::varchar) as detail,
    'Approve it in Cin7; until then its units are neither sold nor open.' as suggestion
from orders
where is_dispatched and not is_approved
union all
select
    'invoiced_far_from_dispatch' as issue,
    'sales_order' as document_kind,
    max(document_id) as document_id,
    0::bigint as line_id,
    'info' as severity,
    printf(
        '%s orders dispatched in the last 90 days were invoiced more than 31 days before or after, '
        || '%s is the newest',
        count(*)::varchar,
        arg_max(order_name, document_id)
    ) as detail,
    'They count as sold on the day of the invoice, though the goods left on another; correct the '
    || 'dates in Cin7 if they are not meant so.' as suggestion
from sold_orders
where is_recent and abs(invoiced_on - completed_on) > 31
having count(*) > 0
union all
select
    'dispatched_short' as issue,
    'sales_order' as document_kind,
    max(document_id) as document_id,
    0::bigint as line_id,
    'info' as severity,
    printf(
        '%s orders dispatched in the last 90 days lack %s units of what was ordered, without a '
        || 'back order; %s is the newest',
        count(*)::varchar,
        sum(quantity)::decimal(18, 4)::varchar,
        arg_max(order_name, document_id)
    ) as detail,
    'Only what was shipped counts as sold, and the rest as no longer wanted; enter a back order in '
    || 'Cin7 where the customer still waits.' as suggestion
from short_orders
having count(*) > 0
