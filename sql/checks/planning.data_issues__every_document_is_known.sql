/*
about: >-
  Each document, contact or option that an issue names is one that Cin7 still has; a record that
  cannot be read may never have been, and stock may be of what Cin7 does not list.
*/
with

known as (
    select
        document_kind,
        document_id
    from core.documents
    where not is_deleted
    union all
    select
        'contact' as document_kind,
        contact_id as document_id
    from staging.contacts
    where deleted_at is null
    union all
    select
        'product_option' as document_kind,
        product_option_id as document_id
    from core.items
    where not is_deleted
    union all
    select
        'bom_master' as document_kind,
        bom_master_id as document_id
    from staging.bom_masters
    where deleted_at is null
    union all
    select
        'adjustment' as document_kind,
        adjustment_id as document_id
    from staging.adjustments
    where deleted_at is null
    union all
    select
        'production_job' as document_kind,
        production_job_id as document_id
    from staging.production_jobs
    where deleted_at is null
)

select
    issues.issue,
    issues.document_kind,
    issues.document_id,
    issues.line_id
from planning.data_issues as issues
anti join known using (document_kind, document_id)
where
    issues.document_kind <> 'branch'
    and issues.document_id <> 0
    and issues.issue not in ('record_rejected', 'stock_without_item')
