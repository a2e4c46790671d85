/*
about: >-
  What transfers take from a warehouse is no more than it can spare, and nothing is ordered where
  the item is not planned.
*/
with

sent as (
    select
        product_option_id,
        size,
        source as warehouse,
        sum(quantity) as quantity
    from planning.suggested_orders
    where kind = 'transfer'
    group by product_option_id, size, source
)

select
    policies.product_option_id,
    policies.size,
    policies.warehouse
from sent
inner join planning.item_policies as policies using (product_option_id, size, warehouse)
where sent.quantity > policies.surplus_quantity
union all
select
    orders.product_option_id,
    orders.size,
    orders.warehouse
from planning.suggested_orders as orders
inner join planning.item_policies as policies using (product_option_id, size, warehouse)
where not policies.is_planned or orders.quantity % policies.multiple <> 0
