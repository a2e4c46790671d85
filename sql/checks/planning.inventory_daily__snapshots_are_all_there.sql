/*
about: >-
  Every unit that can be of the stock snapshot of each day that has come is at exactly one
  warehouse.
*/
with

listed as (
    select
        snapshots.snapshot_on,
        coalesce(sum(snapshots.on_hand), 0) as on_hand,
        coalesce(sum(snapshots.available), 0) as available
    from core.branch_stock as snapshots
    inner join core.today as today on snapshots.snapshot_on <= today.today_on
    where not snapshots.is_current
    group by snapshots.snapshot_on
),

published as (
    select
        snapshot_on,
        coalesce(sum(on_hand), 0) as on_hand,
        coalesce(sum(available), 0) as available
    from planning.inventory_daily
    group by snapshot_on
)

select
    listed.snapshot_on,
    listed.on_hand,
    published.on_hand as published_on_hand
from listed
left join published using (snapshot_on)
where
    listed.on_hand is distinct from published.on_hand
    or listed.available is distinct from published.available
