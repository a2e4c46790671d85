/*
about: >-
  How fresh each endpoint's data are and what its last sync did. One row per endpoint, also
  where it was never read or is skipped.
grain: [entity]
columns:
  entity: Name of the endpoint, such as sales_orders.
  last_success_at: When the last sync was stored (UTC); null before the first.
  data_as_of_at: When the last sync began to read (UTC); later changes in Cin7 may be missing.
  row_count: Records in the warehouse that Cin7 still has.
  call_count: API calls that the last sync spent.
  new_count: Records that the last sync loaded for the first time.
  changed_count: Records that the last sync found changed.
  gone_count: Records that the last sync found deleted in Cin7.
  lookback_days: Days that the last sync looked back.
  is_skipped: True where the setting CIN7_SKIP_ENTITIES names it, so that it is no longer read.
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
)

select
    row_counts.entity,
    syncs.finished_at as last_success_at,
    syncs.started_at as data_as_of_at,
    row_counts.row_count,
    syncs.call_count,
    syncs.new_count,
    syncs.changed_count,
    syncs.deleted_count as gone_count,
    syncs.lookback_days,
    coalesce(
        list_contains(string_split(getvariable('skip_entities'), ','), row_counts.entity), false
    ) as is_skipped
from row_counts
left join staging.sync_log as syncs using (entity)
qualify
    row_number() over (
        partition by row_counts.entity
        order by
            syncs.sequence desc, syncs.finished_at desc, syncs.started_at desc, syncs.sync_id desc
    ) = 1
