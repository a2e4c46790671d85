/*
about: Which days of history have been read, and when. One row per kind of document and UTC day.
grain: [entity, day_on]
example: |
  -- Since when is each kind of document read without a gap of days?
  select entity, min(day_on) as first_day, max(day_on) as last_day, count(*) as days
  from planning.sync_coverage group by entity order by entity
columns:
  entity: Endpoint that was read, such as sales_orders.
  day_on: UTC day of which everything created or changed was read.
  read_at:
*/
select
    entity,
    day_on,
    read_at
from staging.sync_coverage
