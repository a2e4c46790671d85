/*
about: The newest sync of each endpoint; one row per endpoint that was ever read.
grain: [entity]
columns:
  entity: Endpoint that was read.
  started_at: When reading started (UTC).
  finished_at: When it was stored (UTC).
  lookback_days: Days that the sync looked back.
  new_count: Rows not held before.
  changed_count: Rows that had changed.
  deleted_count: Rows that Cin7 has no longer.
  call_count: API calls spent.
*/
select
    entity,
    started_at,
    finished_at,
    lookback_days,
    new_count,
    changed_count,
    deleted_count,
    call_count
from staging.sync_log
qualify
    row_number() over (
        partition by entity order by finished_at desc, started_at desc, sync_id desc
    ) = 1
