/*
about: >-
  What moves between branches, transfers of every state. One row per transfer line and size.
grain: [transfer_id, line_id, size]
example: |
  -- What is on its way between warehouses, and since when?
  select order_number, source_warehouse, destination_warehouse, dispatched_on, age_days,
      sum(open_quantity) as units from planning.transfer_lines where state = 'Active' group by all
  order by age_days desc
columns:
  transfer_id:
  line_id:
  size: Size of the item; '' when unsized.
  order_number: Reference of the transfer in Cin7.
  source_branch_id: Cin7 id of the branch that sends; null where the transfer has none.
  destination_branch_id: Cin7 id of the branch that receives; null where the transfer has none.
  source_warehouse: Warehouse of the sending branch; unmapped where the branch is not known.
  destination_warehouse: Warehouse of the receiving branch; unmapped where it is not known.
  state: Draft, Active (dispatched), Delivered, or Archived (deleted in Cin7 without receipt).
  product_option_id: Cin7 id of the option.
  sku: Code of the item, verbatim.
  quantity: Units to be moved, in stocking units.
  received_quantity: Units received, in stocking units; all of them where Cin7 only says Delivered,
    none of a transfer under way of which Cin7 has all as transferred.
  open_quantity: Units still to be received, in stocking units; 0 once Delivered or Archived.
  approved_on: Day of approval, local date.
  dispatched_on: Day of dispatch, local date; null until it has come, and where it cannot be.
  received_on: Day of receipt, local date; null until it has come, and where it cannot be.
  expected_on:
  age_days: Days since it was dispatched, else approved, else created.
  expected_on_basis: received (Cin7's day, also one to come), lead_time (usual days between the two
    warehouses), all_lanes (between all of them), default (of the settings) or unknown.
  name: Name of the product.
checks:
  state_is_known: state in ('Draft', 'Active', 'Delivered', 'Archived')
  open_quantity_is_not_negative: open_quantity >= 0
  nothing_is_open_when_done: state in ('Draft', 'Active') or open_quantity = 0
*/
select
    transfers.transfer_id,
    lines.line_id,
    lines.size,
    transfers.order_number,
    transfers.source_branch_id,
    transfers.destination_branch_id,
    transfers.source_warehouse,
    transfers.destination_warehouse,
    transfers.state,
    lines.product_option_id,
    lines.sku,
    lines.quantity,
    lines.received_quantity,
    lines.open_quantity,
    transfers.approved_on,
    transfers.dispatched_on,
    transfers.received_on,
    arrivals.expected_on,
    (
        today.today_on
        - coalesce(transfers.dispatched_on, transfers.approved_on, transfers.created_on)
    )::integer as age_days,
    arrivals.expected_on_basis,
    goods.name
from core.transfer_lines as lines
inner join core.transfers as transfers using (transfer_id)
inner join core.expected_arrivals as arrivals
    on arrivals.kind = 'transfer' and transfers.transfer_id = arrivals.document_id
left join core.items as goods using (product_option_id, size)
cross join core.today as today
