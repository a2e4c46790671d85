/*
about: >-
  A small number for each warehouse, so that millions of rows are joined, added up and sorted by
  integers instead of texts. One row per warehouse, unmapped included.
grain: [warehouse]
columns:
  warehouse:
  warehouse_number: Place of the warehouse in the order of their names.
*/
with

names as (
    select warehouse
    from core.warehouses
    union
    select 'unmapped' as warehouse
)

select
    warehouse,
    (row_number() over (order by warehouse))::integer as warehouse_number
from names
