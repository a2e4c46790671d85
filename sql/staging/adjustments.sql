/*
about: Stock adjustments, renamed and dated locally; one row per adjustment.
grain: [adjustment_id]
columns:
  adjustment_id: Cin7 id of the adjustment.
  order_number: Reference of the adjustment.
  branch_id: Branch whose stock is adjusted.
  is_approved:
  reason: The account's own free text.
  source: Where the adjustment came from.
  completed_on: Day the stock moved, local date.
  created_at:
  created_on:
  modified_at: When it was last changed in Cin7 (UTC).
  read_at: When this version was read (UTC).
  deleted_at:
*/
select
    id as adjustment_id,
    reference as order_number,
    nullif(branch_id, 0) as branch_id,
    is_approved,
    adjustment_reason as reason,
    source,
    timezone(getvariable('time_zone'), completed_date)::date as completed_on,
    timezone('UTC', created_date) as created_at,
    timezone(getvariable('time_zone'), created_date)::date as created_on,
    timezone('UTC', modified_date) as modified_at,
    timezone('UTC', read_at) as read_at,
    timezone('UTC', deleted_at) as deleted_at
from raw.adjustments
