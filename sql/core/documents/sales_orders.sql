/*
about: >-
  Sales orders with the order they were split from and the day they count for as sold; one row
  per order.
grain: [sales_order_id]
columns:
  sales_order_id:
  order_number: Reference of the order.
  original_order_number: Reference of the order that it was split from, else its own; a split
    back order has the reference of the first order and a letter (SO-1-A), and the same
    customer.
  invoiced_on: Day of the invoice, local date; null where it has not come or cannot be.
  due_on: Day of delivery that was asked for, local date; null where it cannot be.
  sold_on: Day the sale counts for, local date; the invoice's, else the dispatch's; null before.
  sold_on_basis: invoice or dispatch, whichever gave sold_on; null before.
  is_shipped_undispatched: True where an approved order was shipped in full and invoiced, but has
    no day of dispatch.
  is_picked: True where it was shipped in full and has neither, as while it is picked and packed.
checks:
  the_original_begins_the_reference: starts_with(order_number, original_order_number)
*/
with

known_references as (
    select distinct
        order_number,
        customer_id
    from staging.sales_orders
),

orders as (
    select
        orders.sales_order_id,
        orders.order_number,
        orders.customer_id,
        case
            when orders.invoiced_on between days.first_on and today.today_on
                then orders.invoiced_on
        end as invoiced_on,
        case when orders.due_on between days.first_on and days.last_on then orders.due_on end
            as due_on,
        documents.completed_on as dispatched_on,
        documents.is_approved
        and not documents.is_void
        and not documents.is_deleted
        and documents.completed_on is null
        and orders.dispatched_on is null as is_open,
        nullif(regexp_extract(orders.order_number, '^(.+)-[A-Z]$', 1), '') as possible_original
    from staging.sales_orders as orders
    inner join core.documents as documents
        on
            documents.document_kind = 'sales_order'
            and orders.sales_order_id = documents.document_id
    cross join core.plausible_days as days
    cross join core.today as today
),

-- Fees and services are never shipped, nor need a kit be whose components were.
shipped_orders as (
    select lines.document_id as sales_order_id
    from core.document_lines as lines
    semi join orders
        on
            lines.document_id = orders.sales_order_id
            and orders.is_open
    left join core.unshipped_lines as unshipped using (line_number)
    where lines.document_kind = 'sales_order' and lines.quantity > 0
    group by lines.document_id
    having
        bool_or(lines.is_partly_fulfilled)
        and bool_and(not lines.is_partly_fulfilled or lines.fulfilled_quantity >= lines.quantity)
        and bool_and(unshipped.line_number is null)
)

select
    orders.sales_order_id,
    orders.order_number,
    coalesce(originals.order_number, orders.order_number) as original_order_number,
    orders.invoiced_on,
    orders.due_on,
    coalesce(orders.invoiced_on, orders.dispatched_on) as sold_on,
    case
        when orders.invoiced_on is not null then 'invoice'
        when orders.dispatched_on is not null then 'dispatch'
    end as sold_on_basis,
    orders.is_open
    and orders.invoiced_on is not null
    and shipped_orders.sales_order_id is not null as is_shipped_undispatched,
    orders.is_open
    and orders.invoiced_on is null
    and shipped_orders.sales_order_id is not null as is_picked
from orders
left join shipped_orders using (sales_order_id)
left join known_references as originals
    on
        orders.possible_original = originals.order_number
        and orders.customer_id is not distinct from originals.customer_id
