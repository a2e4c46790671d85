/*
about: >-
  The branch that takes nearly all recent orders, which often is only the account's default; at
  most one row.
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

recent_orders as (
    select documents.branch_id
    from core.documents as documents
    cross join core.today as today
    where
        documents.document_kind = 'sales_order'
        and not documents.is_deleted
        and not documents.is_void
        and documents.created_on > today.today_on - 90
),

shares as (
    select
        branch_id,
        count(*) as order_count,
        sum(count(*)) over () as total_count
    from recent_orders
    group by branch_id
)

select
    'default_branch_share' as issue,
    'branch' as document_kind,
    shares.branch_id as document_id,
    0::bigint as line_id,
    'info' as severity,
    printf(
        'branch %s (%s) has %s of the %s orders of the last 90 days',
        shares.branch_id::varchar,
        coalesce(branches.branch_name, 'unknown'),
        shares.order_count::varchar,
        shares.total_count::varchar
    ) as detail,
    'If other branches ship too, let the systems that write orders into Cin7 set the branch; they '
    || 'fall back to the default one, and demand is then shown at the wrong warehouse.'
        as suggestion
from shares
left join staging.branches as branches using (branch_id)
where shares.branch_id is not null and shares.order_count * 10 > shares.total_count * 8
