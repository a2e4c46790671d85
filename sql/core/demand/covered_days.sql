/*
about: >-
  Local days whose sales orders are all known: every UTC day that the local day touches has been
  read after the local day was over. One row per such day.
grain: [day_on]
columns:
  day_on: Local day.
  read_at: When the part that was read longest ago was read (UTC).
*/
with

reads as (
    select
        day_on,
        read_at
    from staging.sync_coverage
    where entity = 'sales_orders'
),

-- A UTC day lies in the local days around it; the ones at the ends fail the count below.
days as (
    select unnest(generate_series(min(day_on) - 1, max(day_on) + 1, interval 1 day))::date as day_on
    from reads
),

bounds as (
    select
        day_on,
        timezone('UTC', timezone(getvariable('time_zone'), day_on::timestamp)) as starts_at,
        timezone('UTC', timezone(getvariable('time_zone'), (day_on + 1)::timestamp)) as ends_at
    from days
),

utc_days as (
    select
        day_on,
        ends_at,
        unnest(
            generate_series(
                starts_at::date, (ends_at - interval 1 microsecond)::date, interval 1 day
            )
        )::date as utc_day_on
    from bounds
)

select
    utc_days.day_on,
    min(reads.read_at) as read_at
from utc_days
left join reads on utc_days.utc_day_on = reads.day_on and utc_days.ends_at <= reads.read_at
group by utc_days.day_on
having count(reads.day_on) = count(*)
