/*
about: Bills of materials, renamed and dated locally; one row per bill.
grain: [bom_master_id]
columns:
  bom_master_id:
  reference: Reference of the bill.
  created_at:
  created_on:
  modified_at: When it was last changed in Cin7 (UTC).
  read_at: When this version was read (UTC).
  deleted_at:
*/
select
    id as bom_master_id,
    reference,
    timezone('UTC', created_date) as created_at,
    timezone(getvariable('time_zone'), created_date)::date as created_on,
    timezone('UTC', modified_date) as modified_at,
    timezone('UTC', read_at) as read_at,
    timezone('UTC', deleted_at) as deleted_at
from raw.bom_masters
