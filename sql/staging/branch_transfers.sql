/*
about: Transfers between branches, renamed and dated locally; one row per transfer.
grain: [transfer_id]
columns:
  transfer_id: Cin7 id of the transfer.
  order_number: Reference of the transfer.
  source_branch_id: Branch that sends.
  destination_branch_id: Branch that receives.
  stage:
  is_approved:
  custom_fields:
  approved_on: Approval, local date.
  dispatched_on: Dispatch, local date.
  received_on: Receipt, local date.
  created_at:
  created_on:
  modified_at: When it was last changed in Cin7 (UTC).
  read_at: When this version was read (UTC).
  deleted_at:
*/
select
    id as transfer_id,
    reference as order_number,
    nullif(source_branch_id, 0) as source_branch_id,
    nullif(destination_branch_id, 0) as destination_branch_id,
    stage,
    is_approved,
    custom_fields,
    timezone(getvariable('time_zone'), approval_date)::date as approved_on,
    timezone(getvariable('time_zone'), dispatched_date)::date as dispatched_on,
    timezone(getvariable('time_zone'), received_date)::date as received_on,
    timezone('UTC', created_date) as created_at,
    timezone(getvariable('time_zone'), created_date)::date as created_on,
    timezone('UTC', modified_date) as modified_at,
    timezone('UTC', read_at) as read_at,
    timezone('UTC', deleted_at) as deleted_at
from raw.branch_transfers
