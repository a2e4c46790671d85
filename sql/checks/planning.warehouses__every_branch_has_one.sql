/*
about: Each branch of Cin7 is counted at exactly one warehouse.
*/
with

published as (
    select coalesce(sum(branch_count), 0) as branch_count
    from planning.warehouses
),

listed as (
    select count(*) as branch_count
    from staging.branches
    where deleted_at is null
)

select
    published.branch_count,
    listed.branch_count as listed_branch_count
from published
cross join listed
where published.branch_count <> listed.branch_count
