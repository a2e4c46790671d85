/*
about: What each sync read, dated in UTC; one row per sync and entity.
grain: [sync_id, entity]
columns:
  sync_id: Id of the sync.
  sequence: Which sync it was, counted from 1; 0 for those of versions that did not count.
  entity: Endpoint that was read.
  window_start_at: Start of the window (UTC).
  window_end_at: End of the window (UTC).
  complete_until_at: >-
    Until when everything that changed was known afterwards (UTC); null before the first read
    without an end, and in what earlier versions wrote.
  lookback_days: Days that the sync looks back.
  started_at: When reading started (UTC).
  finished_at: When it was stored (UTC).
  row_count: Rows read.
  new_count: Rows that were not loaded before.
  changed_count: Rows that had changed.
  unchanged_count: Rows that had not changed.
  deleted_count: Rows that were found deleted in Cin7.
  call_count: API calls spent.
  seconds: Seconds it took.
*/
select
    sync_id,
    coalesce(sequence, 0) as sequence,
    entity,
    timezone('UTC', window_start) as window_start_at,
    timezone('UTC', window_end) as window_end_at,
    timezone('UTC', complete_until) as complete_until_at,
    lookback_days,
    timezone('UTC', started_at) as started_at,
    timezone('UTC', finished_at) as finished_at,
    row_count,
    new_count,
    changed_count,
    unchanged_count,
    deleted_count,
    call_count,
    seconds
from raw.sync_log
