/*
about: >-
  How fresh each endpoint's data are and what its last sync did. One row per endpoint, also
  where it was never read or is skipped.
grain: [entity]
example: |
  -- How old is what I look at?
  select entity, last_success_at, row_count, is_stale, failing_since, last_error
  from planning.sync_status
columns:
  entity: Name of the endpoint, such as sales_orders.
  last_success_at:
  data_as_of_at:
  row_count: Records in the warehouse that Cin7 still has.
  call_count:
  new_count:
  changed_count:
  gone_count:
  rejected_count: Records that cannot be read, so that an earlier version counts, or none.
  lookback_days:
  is_skipped:
  is_stale:
  failing_since:
  last_error:
*/
with

row_counts as (
    select
        'sales_orders' as entity,
        count(*) filter (where deleted_at is null) as row_count
    from staging.sales_orders
    union all
    select
        'purchase_orders' as entity,
        count(*) filter (where deleted_at is null) as row_count
    from staging.purchase_orders
    union all
    select
        'branch_transfers' as entity,
        count(*) filter (where deleted_at is null) as row_count
    from staging.branch_transfers
    union all
    select
        'credit_notes' as entity,
        count(*) filter (where deleted_at is null) as row_count
    from staging.credit_notes
    union all
    select
        'adjustments' as entity,
        count(*) filter (where deleted_at is null) as row_count
    from staging.adjustments
    union all
    select
        'production_jobs' as entity,
        count(*) filter (where deleted_at is null) as row_count
    from staging.production_jobs
    union all
    select
        'products' as entity,
        count(*) filter (where deleted_at is null) as row_count
    from staging.products
    union all
    select
        'product_options' as entity,
        count(*) filter (where deleted_at is null) as row_count
    from staging.product_options
    union all
    select
        'contacts' as entity,
        count(*) filter (where deleted_at is null) as row_count
    from staging.contacts
    union all
    select
        'branches' as entity,
        count(*) filter (where deleted_at is null) as row_count
    from staging.branches
    union all
    select
        'stock' as entity,
        count(*) filter (where deleted_at is null) as row_count
    from staging.stock
    union all
    select
        'bom_masters' as entity,
        count(*) filter (where deleted_at is null) as row_count
    from staging.bom_masters
),

rejected_counts as (
    select
        entity,
        count(distinct record_id) as rejected_count
    from staging.rejected_records
    group by entity
)

select
    row_counts.entity,
    reads.last_success_at,
    reads.data_as_of_at,
    row_counts.row_count,
    reads.call_count,
    reads.new_count,
    reads.changed_count,
    reads.gone_count,
    coalesce(rejected_counts.rejected_count, 0) as rejected_count,
    reads.lookback_days,
    reads.is_skipped,
    reads.is_stale,
    reads.failing_since,
    reads.last_error
from row_counts
inner join core.last_reads as reads using (entity)
left join rejected_counts using (entity)
