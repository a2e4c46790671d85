/*
about: What is in transit is what open transfers between two warehouses carry, no unit twice.
*/
with

carried as (
    select coalesce(sum(open_quantity), 0) as quantity
    from planning.transfer_lines
    where state = 'Active' and source_warehouse <> destination_warehouse
),

published as (
    select coalesce(sum(in_transit), 0) as quantity
    from planning.inventory
)

select
    carried.quantity,
    published.quantity as published_quantity
from carried
cross join published
where carried.quantity <> published.quantity
