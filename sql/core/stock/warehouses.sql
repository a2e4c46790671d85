/*
about: Warehouses of planning, each made of one or more branches; one row per warehouse.
grain: [warehouse]
columns:
  warehouse: Name of the warehouse; unmapped gathers the branches that the settings lack.
  is_enabled: True where any of its branches takes part in planning.
  branch_count: Number of its branches that Cin7 still has.
  first_branch_id: Smallest Cin7 id of these branches; null where there is none.
*/
with

places as (
    select
        warehouse,
        coalesce(is_enabled, true) as is_enabled,
        null as branch_id
    from settings.warehouses
    union all
    select
        warehouse,
        is_enabled,
        branch_id
    from core.branch_warehouses
)

select
    warehouse,
    bool_or(is_enabled) as is_enabled,
    count(branch_id) as branch_count,
    min(branch_id) as first_branch_id
from places
group by warehouse
