/*
about: >-
  Orders still to be dispatched whose customer has no e-mail address, or one that Cin7 refuses
  when another system sends it ("The MemberEmail field is not a valid e-mail address"). The
  address itself is not known here. One row per order.
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

open_orders as (
    select
        orders.sales_order_id,
        coalesce(orders.order_number, orders.sales_order_id::varchar) as order_name,
        orders.customer_id,
        orders.member_email_state
    from staging.sales_orders as orders
    inner join core.documents as documents
        on
            documents.document_kind = 'sales_order'
            and orders.sales_order_id = documents.document_id
    where
        documents.completed_on is null
        and not documents.is_void
        and not documents.is_deleted
)

select
    'member_email_invalid' as issue,
    'sales_order' as document_kind,
    sales_order_id as document_id,
    0::bigint as line_id,
    'warning' as severity,
    printf('%s: what it has as the customer''s e-mail address cannot be one', order_name)
        as detail,
    'Correct the customer''s e-mail address in Cin7, and set the customer''s Cin7 id in the '
    || 'ordering system (such as cin7_id); else its next orders may be refused.' as suggestion
from open_orders
where member_email_state = 'invalid'
union all
select
    'member_email_missing' as issue,
    'sales_order' as document_kind,
    sales_order_id as document_id,
    0::bigint as line_id,
    'info' as severity,
    printf('%s: its customer has no e-mail address', order_name) as detail,
    'Set the customer''s Cin7 id in the ordering system (such as cin7_id), or add the e-mail '
    || 'address to the customer in Cin7; without either no system can match them.' as suggestion
from open_orders
where member_email_state = 'missing' and customer_id is not null
