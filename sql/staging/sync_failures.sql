/*
about: Endpoints that could not be read at the last attempt, dated in UTC; one row per endpoint.
grain: [entity]
columns:
  entity: Endpoint that could not be read.
  failing_since: When reading it failed for the first time since it was last read (UTC).
  failed_at: When reading it failed last (UTC).
  error: Why, in words.
*/
select
    entity,
    timezone('UTC', failing_since) as failing_since,
    timezone('UTC', failed_at) as failed_at,
    error
from raw.sync_failures
