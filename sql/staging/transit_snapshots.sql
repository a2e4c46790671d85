/*
about: >-
  Lines of transfers as they were under way when the stock of the days was read, renamed and dated
  locally, but for what was read under a clock that was ahead; what is the same on many days is one
  row. One row per line and first of its days.
grain: [transfer_id, line_id, first_snapshot_on]
columns:
  transfer_id: Cin7 id of the transfer.
  line_id: Cin7 id of the line; below 0 its place, where the id does not tell it apart.
  first_snapshot_on: First local day with a snapshot on which the line was so.
  snapshot_days: All local days with a snapshot on which it was so.
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
*/
with

lines as (
    select
        branch_transfer_id,
        line_id,
        parent_id,
        source_branch_id,
        destination_branch_id,
        dispatched_date,
        received_date,
        product_option_id,
        code,
        qty,
        qty_transferred,
        sizes,
        min(snapshot_on) as first_snapshot_on,
        list(snapshot_on) as snapshot_days
    from raw.transit_snapshots
    where coalesce(isfinite(read_at), true)
    group by all
)

select
    branch_transfer_id as transfer_id,
    line_id,
    first_snapshot_on,
    snapshot_days,
    nullif(parent_id, 0) as parent_line_id,
    nullif(source_branch_id, 0) as source_branch_id,
    nullif(destination_branch_id, 0) as destination_branch_id,
    timezone(getvariable('time_zone'), dispatched_date)::date as dispatched_on,
    timezone(getvariable('time_zone'), received_date)::date as received_on,
    nullif(product_option_id, 0) as product_option_id,
    code,
    qty as quantity,
    qty_transferred as received_quantity,
    from_json(sizes, '[{"name": "VARCHAR", "code": "VARCHAR", "qty": "DECIMAL(38, 4)"}]') as sizes
from lines
