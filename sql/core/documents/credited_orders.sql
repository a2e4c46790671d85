/*
about: >-
  The sales order that a credit note credits, by the reference it names; of several orders with
  that reference the customer's own, then one that Cin7 still has, then the newest. One row per
  credit note whose order is held.
grain: [credit_note_id]
columns:
  credit_note_id: Cin7 id of the credit note.
  sales_order_id: Cin7 id of the order.
*/
select
    notes.credit_note_id,
    orders.sales_order_id
from staging.credit_notes as notes
inner join staging.sales_orders as orders on notes.sales_reference = orders.order_number
where trim(notes.sales_reference) <> ''
qualify
    row_number() over (
        partition by notes.credit_note_id
        order by
            notes.customer_id is not distinct from orders.customer_id desc,
            orders.deleted_at is null desc,
            orders.sales_order_id desc
    ) = 1
