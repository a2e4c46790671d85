/*
about: Every unit of Cin7's stock list that can be is at exactly one warehouse.
*/
with

listed as (
    select
        coalesce(sum(on_hand), 0) as on_hand,
        coalesce(sum(open_sales), 0) as open_sales,
        coalesce(sum(available), 0) as available,
        coalesce(sum(incoming), 0) as incoming,
        coalesce(sum(holding), 0) as holding
    from core.branch_stock
    where is_current
),

published as (
    select
        coalesce(sum(on_hand), 0) as on_hand,
        coalesce(sum(open_sales), 0) as open_sales,
        coalesce(sum(available), 0) as available,
        coalesce(sum(incoming), 0) as incoming,
        coalesce(sum(holding), 0) as holding
    from planning.inventory
)

select
    listed.on_hand,
    published.on_hand as published_on_hand
from listed
cross join published
where
    listed.on_hand <> published.on_hand
    or listed.open_sales <> published.open_sales
    or listed.available <> published.available
    or listed.incoming <> published.incoming
    or listed.holding <> published.holding
