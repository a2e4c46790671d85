/*
about: Transfers with their state; one row per transfer.
grain: [transfer_id]
columns:
  transfer_id:
  order_number:
  state: Draft, Active, Delivered or Archived.
  source_branch_id:
  destination_branch_id:
  source_warehouse: Warehouse of the sending branch.
  destination_warehouse: Warehouse of the receiving branch.
  lane: Source and destination warehouse, as the key of their usual days.
  is_deleted: True once the transfer is deleted in Cin7.
  created_on:
  approved_on:
  dispatched_on:
  received_on:
checks:
  state_is_known: state in ('Draft', 'Active', 'Delivered', 'Archived')
*/
with

places as (
    select
        transfers.transfer_id,
        coalesce(sources.warehouse, 'unmapped') as source_warehouse,
        attributes.warehouse as destination_warehouse
    from staging.branch_transfers as transfers
    inner join core.document_attributes as attributes
        on attributes.document_kind = 'transfer' and transfers.transfer_id = attributes.document_id
    left join core.branch_warehouses as sources on transfers.source_branch_id = sources.branch_id
)

select
    transfers.transfer_id,
    transfers.order_number,
    case
        when transfers.received_on is not null then 'Delivered'
        when transfers.deleted_at is not null then 'Archived'
        when transfers.dispatched_on is not null then 'Active'
        else 'Draft'
    end as state,
    transfers.source_branch_id,
    transfers.destination_branch_id,
    places.source_warehouse,
    places.destination_warehouse,
    places.source_warehouse || ' → ' || places.destination_warehouse as lane,
    transfers.deleted_at is not null as is_deleted,
    transfers.created_on,
    transfers.approved_on,
    transfers.dispatched_on,
    transfers.received_on
from staging.branch_transfers as transfers
inner join places using (transfer_id)
