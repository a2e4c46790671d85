/*
about: Which warehouse each branch belongs to. One row per branch that Cin7 still has.
grain: [branch_id]
columns:
  branch_id: Cin7 id of the branch.
  branch_name: Name of the branch in Cin7.
  branch_type: Type of the branch in Cin7.
  is_active: False once the branch is switched off in Cin7.
  warehouse: Warehouse of the branch; unmapped where the settings lack it.
  is_mapped: False where there are settings and they lack the branch.
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
