/*
about: Branches, renamed; one row per branch.
grain: [branch_id]
columns:
  branch_id: Cin7 id of the branch.
  branch_name: Name of the branch.
  branch_type: Type of the branch in Cin7.
  is_active: False once the branch is switched off.
  created_at:
  created_on:
  modified_at: When it was last changed in Cin7 (UTC).
  read_at: When this version was read (UTC).
  deleted_at:
*/
select
    id as branch_id,
    company as branch_name,
    branch_type,
    is_active,
    timezone('UTC', created_date) as created_at,
    timezone(getvariable('time_zone'), created_date)::date as created_on,
    timezone('UTC', modified_date) as modified_at,
    timezone('UTC', read_at) as read_at,
    timezone('UTC', deleted_at) as deleted_at
from raw.branches
