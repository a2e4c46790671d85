/*
about: >-
  The days before the first snapshot whose stock can be walked back to, and those between the first
  snapshot and the last; one row, or none where the day before the first snapshot is not known.
grain: [snapshot_on]
columns:
  first_on: First of the days before the first snapshot whose orders are known without a gap.
  snapshot_on: Day of the first snapshot.
  closed_on: Day at whose end that stock was there; the day before where it was read in the morning.
  last_snapshot_on: Day of the last snapshot.
  last_closed_on: Day at whose end the stock of the last snapshot was there.
*/
with

bounds as (
    select
        min(snapshot_on) as snapshot_on,
        max(snapshot_on) as last_snapshot_on,
        arg_min(closed_on, snapshot_on) as closed_on,
        arg_max(closed_on, snapshot_on) as last_closed_on
    from core.stock_readings
    where not is_current
),

spans as (
    select
        day_on,
        day_on - row_number() over (order by day_on)::integer as span
    from core.covered_days
),

span_starts as (
    select
        span,
        min(day_on) as first_on,
        max(day_on) as last_on
    from spans
    group by span
)

select
    span_starts.first_on,
    bounds.snapshot_on,
    bounds.closed_on,
    bounds.last_snapshot_on,
    bounds.last_closed_on
from bounds
inner join span_starts
    on bounds.snapshot_on - 1 between span_starts.first_on and span_starts.last_on
