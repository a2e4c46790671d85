/*
about: >-
  When stock was read: the last sync of the stock list, and the snapshot of each day that has come.
  One row per reading.
grain: [is_current, snapshot_on]
columns:
  is_current: True for the stock as it was last read, false for the snapshot of a day.
  snapshot_on: Local day of the snapshot; of the current stock, today.
  as_of_at: When the stock was read (UTC); null where it never was.
  closed_on: Local day at whose end that stock was there; the day before where it was read in the
    morning.
*/
with

readings as (
    select
        true as is_current,
        today.today_on as snapshot_on,
        arg_max(
            syncs.started_at, (syncs.sequence, syncs.finished_at, syncs.started_at, syncs.sync_id)
        ) as as_of_at
    from core.today as today
    left join staging.sync_log as syncs on syncs.entity = 'stock'
    group by today.today_on
    union all
    select
        false as is_current,
        snapshots.snapshot_on,
        max(snapshots.read_at) as as_of_at
    from staging.stock_snapshots as snapshots
    inner join core.today as today on snapshots.snapshot_on <= today.today_on
    group by snapshots.snapshot_on
)

select
    is_current,
    snapshot_on,
    as_of_at,
    snapshot_on - case
        when
            date_part('hour', timezone(getvariable('time_zone'), timezone('UTC', as_of_at))) < 12
            then 1
        else 0
    end as closed_on
from readings
