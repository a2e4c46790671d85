/*
about: >-
  Sales orders with the order they were split from and the day they count for as sold; one row
  per order.
grain: [sales_order_id]
columns:
  sales_order_id:
  order_number:
  original_order_number: Reference of the order that it was split from, else its own; a split
    back order has the reference of the first order and a letter (SO-1-A), and the same
    customer.
  sold_on: Day the sale counts for, local date; the invoice's, else the dispatch's; null before.
  sold_on_basis: invoice or dispatch, whichever gave sold_on; null before.
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
        sales_order_id,
        order_number,
        customer_id,
        invoiced_on,
        dispatched_on,
        nullif(regexp_extract(order_number, '^(.+)-[A-Z]$', 1), '') as possible_original
    from staging.sales_orders
)

select
    orders.sales_order_id,
    orders.order_number,
    coalesce(originals.order_number, orders.order_number) as original_order_number,
    coalesce(orders.invoiced_on, orders.dispatched_on) as sold_on,
    case
        when orders.invoiced_on is not null then 'invoice'
        when orders.dispatched_on is not null then 'dispatch'
    end as sold_on_basis
from orders
left join known_references as originals
    on
        orders.possible_original = originals.order_number
        and orders.customer_id is not distinct from originals.customer_id
