/*
about: >-
  Who buys, by Cin7's ids and without anything that names a person: the ids to which other
  systems link their customers. One row per contact that Cin7 still has and that is no supplier.
grain: [customer_id]
example: |
  -- Which customers have not bought for 90 days?
  select customer_id, company, order_count, last_sold_on from planning.customers
  where last_sold_on < current_date - 90 order by order_count desc limit 20
columns:
  customer_id: Cin7 id of the contact.
  type: Type of the contact in Cin7, such as Customer.
  group: Group of the contact in Cin7.
  company: Company of the contact.
  is_duplicate_email: True where another contact, of whatever type, has the same e-mail address.
  is_email_usable: True where the contact has an e-mail address that could be one.
  order_count: Number of orders in planning.sales_lines.
  last_sold_on: Day of the last sale, local date; null before the first.
checks:
  orders_have_a_last_one: (order_count = 0) = (last_sold_on is null)
*/
with

contacts as (
    select
        contact_id,
        contact_type,
        contact_group,
        company,
        email_state,
        email_hash is not null and count(*) over (partition by email_hash) > 1
            as is_duplicate_email
    from staging.contacts
    where deleted_at is null
),

sales as (
    select
        customer_id,
        count(distinct sales_order_id) as order_count,
        max(sold_on) as last_sold_on
    from planning.sales_lines
    group by customer_id
)

select
    contacts.contact_id as customer_id,
    contacts.contact_type as type,
    contacts.contact_group as "group",
    contacts.company,
    contacts.is_duplicate_email,
    coalesce(contacts.email_state = 'valid', false) as is_email_usable,
    coalesce(sales.order_count, 0) as order_count,
    sales.last_sold_on
from contacts
left join sales on contacts.contact_id = sales.customer_id
where coalesce(lower(contacts.contact_type), '') <> 'supplier'
