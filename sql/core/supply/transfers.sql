/*
about: Transfers with their state; one row per transfer.
grain: [transfer_id]
columns:
  transfer_id:
  order_number: Reference of the transfer.
  state: Draft, Active, Delivered or Archived.
  source_branch_id:
  destination_branch_id:
  source_warehouse: Warehouse of the sending branch.
  destination_warehouse: Warehouse of the receiving branch.
  lane: Source and destination warehouse, as the key of their usual days.
  is_deleted: True once the transfer is deleted in Cin7.
  created_on: Day the transfer was created, local date.
  approved_on:
  dispatched_on: Day of dispatch, local date; null where it has not come or cannot be.
  received_on: Day of receipt, local date; null where it has not come or cannot be.
  promised_on: Day of receipt in Cin7 that is still to come, local date.
checks:
  state_is_known: state in ('Draft', 'Active', 'Delivered', 'Archived')
*/
with

details as (
    select
        transfers.transfer_id,
        coalesce(sources.warehouse, 'unmapped') as source_warehouse,
        attributes.warehouse as destination_warehouse,
        case
            when transfers.dispatched_on between days.first_on and today.today_on
                then transfers.dispatched_on
        end as dispatched_on,
        documents.completed_on as received_on,
        case
            when transfers.received_on > today.today_on and transfers.received_on <= days.last_on
                then transfers.received_on
        end as promised_on
    from staging.branch_transfers as transfers
    inner join core.document_attributes as attributes
        on attributes.document_kind = 'transfer' and transfers.transfer_id = attributes.document_id
    inner join core.documents as documents using (document_kind, document_id)
    cross join core.plausible_days as days
    cross join core.today as today
    left join core.branch_warehouses as sources on transfers.source_branch_id = sources.branch_id
)

select
    transfers.transfer_id,
    transfers.order_number,
    case
        when details.received_on is not null then 'Delivered'
        when transfers.deleted_at is not null then 'Archived'
        when details.dispatched_on is not null then 'Active'
        else 'Draft'
    end as state,
    transfers.source_branch_id,
    transfers.destination_branch_id,
    details.source_warehouse,
    details.destination_warehouse,
    details.source_warehouse || ' → ' || details.destination_warehouse as lane,
    transfers.deleted_at is not null as is_deleted,
    transfers.created_on,
    transfers.approved_on,
    details.dispatched_on,
    details.received_on,
    details.promised_on
from staging.branch_transfers as transfers
inner join details using (transfer_id)
