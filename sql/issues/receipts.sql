/*
about: >-
  Purchase orders that are received although nobody approved them, of which nothing or less than was
  ordered came although they are closed, and open ones that seem to be entered twice; credit notes
  that are completed although nobody approved them. One row per issue and document.
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

orders as (
    select
        orders.purchase_order_id,
        coalesce(orders.order_number, orders.purchase_order_id::varchar) as order_name,
        nullif(trim(orders.order_number), '') as order_number,
        orders.state,
        orders.supplier,
        orders.supplier_id,
        orders.branch_id,
        orders.created_on,
        orders.received_on,
        sum(lines.ordered_quantity)::decimal(18, 4) as ordered_quantity,
        sum(lines.received_quantity)::decimal(18, 4) as received_quantity,
        sum(greatest(lines.ordered_quantity - lines.received_quantity, 0))::decimal(18, 4)
            as short_quantity,
        string_agg(
            concat_ws('/', lines.product_option_id, lines.size, lines.ordered_quantity), ','
            order by lines.product_option_id, lines.size, lines.ordered_quantity
        ) filter (orders.state = 'Active') as contents
    from core.purchase_orders as orders
    inner join core.purchase_order_lines as lines using (purchase_order_id)
    where not orders.is_deleted and orders.state <> 'Archived'
    group by all
),

active_orders as (
    select *
    from orders
    where state = 'Active'
)

select
    'received_not_approved' as issue,
    'purchase_order' as document_kind,
    purchase_order_id as document_id,
    0::bigint as line_id,
    'error' as severity,
    printf(
        '%s: %s of %s units from %s are received%s, but it is a draft',
        order_name,
        received_quantity::varchar,
        ordered_quantity::varchar,
        supplier,
        coalesce(', on ' || received_on::varchar, '')
    ) as detail,
    'Approve it in Cin7; until then it tells no lead time, and what is left of it is not expected.'
        as suggestion
from orders
where state = 'Draft' and (received_on is not null or received_quantity > 0)
union all
select
    case when received_quantity = 0 then 'received_nothing' else 'received_short' end as issue,
    'purchase_order' as document_kind,
    purchase_order_id as document_id,
    0::bigint as line_id,
    case when received_quantity = 0 then 'warning' else 'info' end as severity,
    printf(
        '%s: received on %s, but %s of %s units from %s did not come',
        order_name,
        received_on::varchar,
        short_quantity::varchar,
        ordered_quantity::varchar,
        supplier
    ) as detail,
    'It is closed, and planning expects nothing more of it; order again what is still missing, or '
    || 'take its day of receipt out in Cin7.' as suggestion
from orders
cross join core.today as today
where state = 'Delivered' and short_quantity > 0 and received_on > today.today_on - 90
union all
select
    'ordered_twice' as issue,
    'purchase_order' as document_kind,
    later.purchase_order_id as document_id,
    0::bigint as line_id,
    'warning' as severity,
    printf(
        '%s may be the same order as %s: the same lines from %s',
        later.order_name,
        string_agg(earlier.order_name, ', ' order by earlier.purchase_order_id),
        later.supplier
    ) as detail,
    'If it is, void one of the two in Cin7; planning expects both.' as suggestion
from active_orders as later
inner join active_orders as earlier
    on
        later.contents = earlier.contents
        and later.purchase_order_id > earlier.purchase_order_id
        and later.supplier_id is not distinct from earlier.supplier_id
        and later.branch_id is not distinct from earlier.branch_id
        and (later.order_number = earlier.order_number or later.created_on = earlier.created_on)
group by later.purchase_order_id, later.order_name, later.supplier
union all
select
    'returned_not_approved' as issue,
    'credit_note' as document_kind,
    document_id,
    0::bigint as line_id,
    'error' as severity,
    printf(
        '%s: goods came back on %s, but it is a draft',
        coalesce(order_number, document_id::varchar),
        completed_on::varchar
    ) as detail,
    'Approve it in Cin7; until then its units are no return.' as suggestion
from core.documents
where
    document_kind = 'credit_note'
    and completed_on is not null
    and not is_approved
    and not is_void
    and not is_deleted
