/*
about: Sales orders of a customer that Cin7 does not have; one row per order.
grain: [issue, document_kind, document_id, line_id]
columns:
  issue: Name of the issue.
  document_kind: What it is about.
  document_id: Cin7 id of it.
  line_id: Cin7 id of the line; 0 for the whole.
  severity: error, warning or info.
  detail: What is wrong.
  suggestion: What to do about it.
*/
select
    'unknown_customer' as issue,
    'sales_order' as document_kind,
    orders.sales_order_id as document_id,
    0::bigint as line_id,
    'warning' as severity,
    printf(
        '%s: there is no contact %s',
        coalesce(orders.order_number, orders.sales_order_id::varchar),
        orders.customer_id::varchar
    ) as detail,
    'Correct the customer id in the system the order came from (such as cin7_id), and pick the '
    || 'customer on the order in Cin7.' as suggestion
from staging.sales_orders as orders
left join staging.contacts as contacts on orders.customer_id = contacts.contact_id
where orders.customer_id > 0 and contacts.contact_id is null and orders.gone_at is null
