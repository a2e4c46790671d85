/*
about: The time that all tables describe, and its local day; one row.
grain: [today_on]
columns:
  today_on: Local day of that time.
  as_of_at: That time (UTC).
*/
select
    timezone(getvariable('time_zone'), getvariable('as_of'))::date as today_on,
    timezone('UTC', getvariable('as_of')) as as_of_at
