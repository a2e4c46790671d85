/*
about: >-
  Warehouses of planning, each made of one or more branches. Without settings each branch is a
  warehouse of its own name. One row per warehouse.
grain: [warehouse]
columns:
  warehouse: Name of the warehouse; unmapped gathers the branches that the settings lack.
  is_enabled: True where the warehouse takes part in planning; never for unmapped.
  branch_count: Number of its branches that Cin7 still has.
checks:
  unmapped_is_never_enabled: warehouse <> 'unmapped' or not is_enabled
*/
select
    warehouse,
    is_enabled,
    branch_count
from core.warehouses
