/*
about: The moment that all tables speak of, and its local day; one row.
grain: [today_on]
columns:
  today_on: Local day of the moment.
  as_of_at: The moment (UTC).
*/
select
    timezone(getvariable('time_zone'), getvariable('as_of'))::date as today_on,
    timezone('UTC', getvariable('as_of')) as as_of_at
