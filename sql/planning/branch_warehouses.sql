/*
about: Which warehouse each branch belongs to. One row per branch that Cin7 still has.
grain: [branch_id]
example: |
  -- Which branches belong to no warehouse yet?
  select branch_id, branch_name from planning.branch_warehouses where not is_mapped
columns:
  branch_id:
  branch_name: Name of the branch in Cin7.
  branch_type:
  is_active:
  warehouse:
  is_mapped:
checks:
  unmapped_is_named_so: is_mapped or warehouse = 'unmapped'
*/
select
    branch_id,
    branch_name,
    branch_type,
    is_active,
    warehouse,
    is_mapped
from core.branch_warehouses
