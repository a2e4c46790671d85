/*
about: What all four kinds of documents have in common; one row per document.
grain: [document_kind, document_id]
columns:
  document_kind: sales_order, purchase_order, transfer or credit_note.
  document_id: Cin7 id of the document.
  order_number: Reference of the document.
  contact_id: Customer or supplier; null on transfers.
  branch_id: Branch of the document, where it has none the default one of the settings; on
    transfers the destination.
  created_on:
  completed_on: Day of dispatch, of full receipt or of the return of the goods, local date; null
    where it has not come or cannot be.
  is_deleted: True once the document is deleted in Cin7.
  is_void: True once voided or cancelled; transfers cannot be.
  is_cancelled: True where it is so only by a day of cancellation that has come.
  is_approved: True once approved, also where it was voided later.
*/
with

documents as (
    select
        'sales_order' as document_kind,
        sales_order_id as document_id,
        order_number,
        customer_id as contact_id,
        branch_id,
        created_on,
        dispatched_on as completed_on,
        deleted_at,
        is_approved,
        is_void,
        cancelled_on,
        status
    from staging.sales_orders
    union all
    select
        'purchase_order' as document_kind,
        purchase_order_id as document_id,
        order_number,
        supplier_id as contact_id,
        branch_id,
        created_on,
        received_on as completed_on,
        deleted_at,
        is_approved,
        is_void,
        cancelled_on,
        status
    from staging.purchase_orders
    union all
    select
        'transfer' as document_kind,
        transfer_id as document_id,
        order_number,
        null as contact_id,
        destination_branch_id as branch_id,
        created_on,
        received_on as completed_on,
        deleted_at,
        is_approved,
        null as is_void,
        null as cancelled_on,
        null as status
    from staging.branch_transfers
    union all
    select
        'credit_note' as document_kind,
        credit_note_id as document_id,
        order_number,
        customer_id as contact_id,
        branch_id,
        created_on,
        completed_on,
        deleted_at,
        is_approved,
        null as is_void,
        null as cancelled_on,
        status
    from staging.credit_notes
),

judged as (
    select
        documents.*,
        days.first_on,
        today.today_on,
        coalesce(documents.is_void, false)
        or coalesce(upper(documents.status) in ('VOID', 'VOIDED'), false) as is_voided,
        coalesce(documents.cancelled_on between days.first_on and today.today_on, false)
            as is_cancelled
    from documents
    cross join core.plausible_days as days
    cross join core.today as today
)

select
    documents.document_kind::enum('sales_order', 'purchase_order', 'transfer', 'credit_note')
        as document_kind,
    documents.document_id,
    documents.order_number,
    documents.contact_id,
    case
        when documents.document_kind = 'transfer' then documents.branch_id
        else coalesce(documents.branch_id, getvariable('default_branch_id')::bigint)
    end as branch_id,
    documents.created_on,
    case
        when documents.completed_on between documents.first_on and documents.today_on
            then documents.completed_on
    end as completed_on,
    documents.deleted_at is not null as is_deleted,
    documents.is_voided or documents.is_cancelled as is_void,
    documents.is_cancelled and not documents.is_voided as is_cancelled,
    coalesce(documents.is_approved, false) as is_approved
from judged as documents
