/*
about: Which days of history have been read, and when. One row per kind of document and UTC day.
grain: [entity, day_on]
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
