/*
about: >-
  Every document that was read, deleted ones too: where it stands, its days, and the rule that
  gave it its channel. One row per document.
grain: [document_kind, document_id]
sorted_by: [document_kind, document_id]
columns:
  document_kind: sales_order, purchase_order, transfer, credit_note, adjustment or production_job.
  document_id: Cin7 id of the document.
  order_number: Reference of the document.
  customer_order_no:
  state: Draft, Active, Delivered or Archived on purchase orders and transfers; void, draft,
    approved, and dispatched (sales orders) or completed on others.
  branch_id: Branch of the document; on transfers the destination.
  source_branch_id: Branch that sends; transfers only.
  source: Where the document came from.
  channel: Channel of a sales order or credit note; null on other documents.
  is_included: False where the settings leave the channel out of sales.
  rule_priority: Priority of the row of channels.csv that gave the channel; null where none did.
  rule_field:
  rule_pattern:
  created_on: Day it was created, local date.
  modified_at: When it was last changed in Cin7 (UTC).
  approved_on: Approval, local date.
  due_on: Requested delivery or planned completion, local date.
  etd_on: Expected departure, local date.
  eta_on: Expected arrival, local date.
  invoiced_on: Invoice, local date.
  dispatched_on: Dispatch, local date.
  received_on: Receipt, local date.
  credited_on: Credit, local date.
  completed_on: Return of the goods or movement of the stock, local date.
  cancelled_on: Cancellation, local date.
  read_at: When this version was read (UTC).
  deleted_at:
checks:
  state_is_not_null: state is not null
*/
with

documents as (
    select
        'sales_order' as document_kind,
        sales_order_id as document_id,
        *
    from staging.sales_orders
    union all by name
    select
        'purchase_order' as document_kind,
        purchase_order_id as document_id,
        *
    from staging.purchase_orders
    union all by name
    select
        'transfer' as document_kind,
        transfer_id as document_id,
        *,
        destination_branch_id as branch_id
    from staging.branch_transfers
    union all by name
    select
        'credit_note' as document_kind,
        credit_note_id as document_id,
        *
    from staging.credit_notes
    union all by name
    select
        'adjustment' as document_kind,
        adjustment_id as document_id,
        *
    from staging.adjustments
    union all by name
    select
        'production_job' as document_kind,
        production_job_id as document_id,
        *
    from staging.production_jobs
),

stages as (
    select
        document_kind,
        document_id,
        is_void,
        is_approved,
        completed_on
    from core.documents
    union all by name
    select
        document_kind,
        document_id,
        is_approved,
        completed_on
    from documents
    where document_kind in ('adjustment', 'production_job')
)

select
    documents.document_kind,
    documents.document_id,
    documents.order_number,
    documents.customer_order_no,
    coalesce(
        purchase_orders.state,
        transfers.state,
        case
            when stages.is_void then 'void'
            when not coalesce(stages.is_approved, false) then 'draft'
            when stages.completed_on is null then 'approved'
            when documents.document_kind = 'sales_order' then 'dispatched'
            else 'completed'
        end
    ) as state,
    documents.branch_id,
    documents.source_branch_id,
    documents.source,
    channels.channel,
    channels.is_included,
    channels.rule_priority,
    channels.rule_field,
    channels.rule_pattern,
    documents.created_on,
    documents.modified_at,
    documents.approved_on,
    documents.due_on,
    documents.etd_on,
    documents.eta_on,
    documents.invoiced_on,
    documents.dispatched_on,
    documents.received_on,
    documents.credited_on,
    documents.completed_on,
    documents.cancelled_on,
    documents.read_at,
    documents.deleted_at
from documents
inner join stages using (document_kind, document_id)
left join core.document_channels as channels using (document_kind, document_id)
left join core.purchase_orders as purchase_orders
    on
        documents.document_kind = 'purchase_order'
        and documents.document_id = purchase_orders.purchase_order_id
left join core.transfers as transfers
    on documents.document_kind = 'transfer' and documents.document_id = transfers.transfer_id
