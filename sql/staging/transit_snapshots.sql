/*
about: >-
  Lines of transfers as they were under way when the stock of each day was read, renamed and dated
  locally; one row per day and line.
grain: [snapshot_on, transfer_id, line_id]
columns:
  snapshot_on: Local day of the snapshot.
  transfer_id: Cin7 id of the transfer.
  line_id: Cin7 id of the line; below 0 its place, where the id does not tell it apart.
  parent_line_id:
  source_branch_id: Branch that sends.
  destination_branch_id: Branch that receives.
  dispatched_on: Dispatch, local date.
  received_on: Receipt that was still to come, local date.
  product_option_id: Option as Cin7 links it.
  code: Code as it stood when the line was written.
  quantity: Units to be moved.
  received_quantity: Units received at the destination by then.
  sizes: Name, code and quantity of each size, in the line's order.
  read_at: When the stock was read (UTC).
*/
select
    snapshot_on,
    branch_transfer_id as transfer_id,
    line_id,
    nullif(parent_id, 0) as parent_line_id,
    nullif(source_branch_id, 0) as source_branch_id,
    nullif(destination_branch_id, 0) as destination_branch_id,
    timezone(getvariable('time_zone'), dispatched_date)::date as dispatched_on,
    timezone(getvariable('time_zone'), received_date)::date as received_on,
    nullif(product_option_id, 0) as product_option_id,
    code,
    qty as quantity,
    qty_transferred as received_quantity,
    from_json(sizes, '[{"name": "VARCHAR", "code": "VARCHAR", "qty": "DECIMAL(38, 4)"}]') as sizes,
    timezone('UTC', read_at) as read_at
from raw.transit_snapshots
