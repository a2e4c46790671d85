/*
about: >-
  Customers that Cin7 does not have, and those whose e-mail address is missing, wrong or shared
  with another; one row per issue and order or customer. The address itself is not known here.
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

customers as (
    select
        contact_id,
        coalesce(nullif(trim(company), ''), 'a contact without a company') as company,
        email_state,
        case when email_hash is not null then count(*) over (partition by email_hash) end
            as sharer_count
    from staging.contacts
    where lower(contact_type) = 'customer' and deleted_at is null
),

findings as (
    select
        'customer_email_missing' as issue,
        'info' as severity,
        contact_id,
        printf('%s has no e-mail address', company) as detail,
        'Add one in Cin7 if other systems order for this customer; they match by it where they '
        || 'hold no Cin7 id, or make a new customer.' as suggestion
    from customers
    where email_state = 'missing'
    union all
    select
        'customer_email_invalid' as issue,
        'warning' as severity,
        contact_id,
        printf('the e-mail address of %s cannot be one', company) as detail,
        'Correct it in Cin7; orders that name it are refused ("not a valid e-mail address").'
            as suggestion
    from customers
    where email_state = 'invalid'
    union all
    select
        'duplicate_customer_email' as issue,
        'warning' as severity,
        contact_id,
        printf(
            '%s shares its e-mail address with %s other customers',
            company, (sharer_count - 1)::varchar
        ) as detail,
        'Merge them in Cin7 if they are one customer, and link the right id in the system that '
        || 'orders; else sales of one customer look like those of several.' as suggestion
    from customers
    where sharer_count > 1
)

select
    issue,
    'contact' as document_kind,
    contact_id as document_id,
    0::bigint as line_id,
    severity,
    detail,
    suggestion
from findings
union all
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
where orders.customer_id > 0 and contacts.contact_id is null and orders.deleted_at is null
