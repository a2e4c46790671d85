/*
about: >-
  Records that could not be read when Cin7 last sent them, so that an earlier version stands or
  none; one row per record and field at fault.
grain: [entity, record_id, field]
columns:
  entity: Endpoint that the record belongs to.
  record_id: Cin7 id of the record; of stock, of its option.
  field: Field at fault, as Cin7 calls it.
  reason: What is wrong with the field, without its value.
  first_seen_at: When it could not be read for the first time (UTC).
  last_seen_at: When it could not be read the last time (UTC).
*/
select
    entity,
    id as record_id,
    field,
    reason,
    timezone('UTC', first_seen_at) as first_seen_at,
    timezone('UTC', last_seen_at) as last_seen_at
from raw.rejected_records
