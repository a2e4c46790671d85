/*
about: >-
  Warehouses of planning, each made of one or more branches. Without settings each branch is a
  warehouse of its own name. One row per warehouse.
grain: [warehouse]
example: |
  -- Which warehouses are planned?
  select warehouse, is_enabled, branch_count from planning.warehouses order by warehouse
columns:
  warehouse:
  is_enabled: True where the warehouse takes part in planning; never for unmapped.
  branch_count:
checks:
  unmapped_is_never_enabled: warehouse <> 'unmapped' or not is_enabled
*/
select
    warehouse,
    is_enabled,
    branch_count
from core.warehouses
