/*
about: >-
  What was last read of each endpoint, whether that is stale, and what was never read in between.
  One row per endpoint, also where it was never read or is skipped.
grain: [entity]
columns:
  entity: Name of the endpoint, such as sales_orders.
  last_success_at: When the last read was stored (UTC); null before the first.
  data_as_of_at: When the last read began (UTC); later changes in Cin7 may be missing.
  call_count: API calls that the last read spent.
  new_count: Records that the last read loaded for the first time.
  changed_count: Records that the last read found changed.
  gone_count: Records that the last read found deleted in Cin7.
  lookback_days: Days that the last read looked back.
  is_skipped: True where the setting CIN7_SKIP_ENTITIES names it, so that it is no longer read.
  is_stale: >-
    True where it could not be read at the last attempt, was read more than 36 hours before the
    time that the tables describe, or never; false where it is skipped.
  failing_since: When reading it failed for the first time since it was last read (UTC).
  last_error: Why it could not be read at the last attempt; null where it could.
  gap_from_at: Until when everything that changed is known (UTC), where a later read left a gap.
  gap_until_at: When what changed is known again (UTC); null without a gap.
*/
with

entities as (
    select unnest([
        'sales_orders', 'purchase_orders', 'branch_transfers', 'credit_notes',
        'adjustments', 'production_jobs', 'products', 'product_options',
        'contacts', 'branches', 'stock', 'bom_masters'
    ]) as entity
),

last_syncs as (
    select *
    from staging.sync_log
    qualify
        row_number() over (
            partition by entity
            order by sequence desc, finished_at desc, started_at desc, sync_id desc
        ) = 1
),

known_times as (
    select
        entity,
        coalesce(
            max(complete_until_at), max(started_at) filter (where window_end_at is null)
        ) as known_until_at
    from staging.sync_log
    group by entity
),

gaps as (
    select
        syncs.entity,
        known_times.known_until_at as gap_from_at,
        min(syncs.window_start_at) as gap_until_at
    from staging.sync_log as syncs
    inner join known_times using (entity)
    where
        syncs.window_end_at is null
        and syncs.started_at > known_times.known_until_at
        and syncs.window_start_at > known_times.known_until_at
    group by syncs.entity, known_times.known_until_at
)

select
    entities.entity,
    syncs.finished_at as last_success_at,
    syncs.started_at as data_as_of_at,
    syncs.call_count,
    syncs.new_count,
    syncs.changed_count,
    syncs.deleted_count as gone_count,
    syncs.lookback_days,
    coalesce(
        list_contains(string_split(getvariable('skip_entities'), ','), entities.entity), false
    ) as is_skipped,
    not is_skipped and (
        failures.entity is not null
        or syncs.started_at is null
        or syncs.started_at < today.as_of_at - interval 36 hours
    ) as is_stale,
    failures.failing_since,
    failures.error as last_error,
    gaps.gap_from_at,
    gaps.gap_until_at
from entities
cross join core.today as today
left join last_syncs as syncs using (entity)
left join staging.sync_failures as failures using (entity)
left join gaps using (entity)
