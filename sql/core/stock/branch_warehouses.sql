/*
about: >-
  Which warehouse each branch of the account belongs to; without settings a branch is a
  warehouse of its own name, and of several branches of one name all but the first have their id
  behind it. One row per branch that Cin7 still has.
grain: [branch_id]
columns:
  branch_id:
  branch_name:
  branch_type:
  is_active: False once the branch is switched off in Cin7.
  warehouse: Warehouse of the branch; unmapped where the settings lack it.
  is_mapped: False where there are settings and they lack the branch.
  is_enabled: True where this branch makes its warehouse take part in planning.
*/
with

presence as (
    select count(*) > 0 as has_settings
    from settings.warehouses
),

named_branches as (
    select
        branch_id,
        branch_name,
        branch_type,
        coalesce(is_active, true) as is_active,
        coalesce(nullif(trim(branch_name), ''), 'Branch ' || branch_id) as name
    from staging.branches
    where deleted_at is null
),

branches as (
    select
        branch_id,
        branch_name,
        branch_type,
        is_active,
        case
            when row_number() over (partition by name order by branch_id) = 1 then name
            else name || ' (' || branch_id || ')'
        end as own_warehouse
    from named_branches
),

mapped_branches as (
    select
        branches.branch_id,
        branches.branch_name,
        branches.branch_type,
        branches.is_active,
        case
            when presence.has_settings then coalesce(mapped.warehouse, 'unmapped')
            else branches.own_warehouse
        end as warehouse,
        not presence.has_settings or mapped.branch_id is not null as is_mapped,
        case
            when not presence.has_settings then branches.is_active
            else mapped.branch_id is not null and coalesce(mapped.is_enabled, true)
        end as is_enabled
    from branches
    cross join presence
    left join settings.warehouses as mapped using (branch_id)
)

select
    branch_id,
    branch_name,
    branch_type,
    is_active,
    warehouse,
    is_mapped,
    is_enabled
from mapped_branches
