/*
about: Which days of history have been read; one row per entity and UTC day.
grain: [entity, day_on]
columns:
  entity: Endpoint that was read.
  day_on: UTC day that was read.
  read_at: When it was last read (UTC).
*/
select
    entity,
    day_on,
    timezone('UTC', read_at) as read_at
from raw.sync_coverage
