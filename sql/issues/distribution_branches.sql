/*
about: >-
  Orders that name another distribution branch than their own; one row per pair of branches, on the
  newest order that has it.
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
select
    'ships_from_other_branch' as issue,
    'sales_order' as document_kind,
    max(orders.sales_order_id) as document_id,
    0::bigint as line_id,
    'info' as severity,
    printf(
        '%s orders of branch %s name branch %s as the one they ship from; the latter is %s',
        count(*)::varchar,
        orders.branch_id::varchar,
        orders.distribution_branch_id::varchar,
        case
            when getvariable('ships_from') = 'distribution_branch' then 'where they count'
            else 'not looked at'
        end
    ) as detail,
    'CIN7_SHIPS_FROM says which of the two branches they count at: branch or distribution_branch.'
        as suggestion
from staging.sales_orders as orders
inner join core.documents as documents
    on
        documents.document_kind = 'sales_order'
        and orders.sales_order_id = documents.document_id
where
    orders.distribution_branch_id <> orders.branch_id
    and not documents.is_void
    and not documents.is_deleted
group by orders.branch_id, orders.distribution_branch_id
