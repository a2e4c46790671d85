/*
about: >-
  Forecasts of other engines that are in use, day by day from today on; behind their last day the
  mean of its 28 days. Of a series that several have, override comes first, then the first by name;
  what was made more than 14 days ago is not used. One row per series and day.
grain: [series_number, day_on]
columns:
  series_number: Number of the series in core.series.
  day_on: Local day.
  engine: Who made the forecast.
  made_on: Day it was made on, local date.
  daily_quantity: Units that the day is expected to take.
  p50: Units that the day stays below in half of the cases; null where the engine says none.
  p80: Units that the day stays below in 80 % of the cases, or null.
  p95: Units that the day stays below in 95 % of the cases, or null.
*/
with

engines as (
    select
        files.engine,
        files.made_on,
        row_number() over (order by files.engine <> 'override', files.engine) as place
    from settings.forecast_files as files
    cross join core.today as today
    where files.problem is null and today.today_on - files.made_on <= 14
),

chosen as (
    select
        names.series_number,
        min(engines.place) as place
    from settings.forecasts as forecasts
    inner join engines using (engine, made_on)
    inner join core.demand_names as names using (unique_id)
    cross join core.today as today
    where forecasts.ds >= today.today_on
    group by names.series_number
),

given as (
    select
        chosen.series_number,
        forecasts.ds as day_on,
        engines.engine,
        engines.made_on,
        forecasts.mean,
        forecasts.p50,
        forecasts.p80,
        forecasts.p95
    from settings.forecasts as forecasts
    inner join engines using (engine, made_on)
    inner join core.demand_names using (unique_id)
    inner join chosen using (series_number, place)
),

lasts as (
    select
        series_number,
        max(day_on) as last_on
    from given
    group by series_number
),

ends as (
    select
        given.series_number,
        given.engine,
        given.made_on,
        max(given.day_on) as last_on,
        avg(given.mean) filter (where given.day_on > lasts.last_on - 28) as mean
    from given
    inner join lasts using (series_number)
    group by given.series_number, given.engine, given.made_on
)

select
    ends.series_number,
    days.day_on,
    ends.engine,
    ends.made_on,
    round(coalesce(known.mean, ends.mean), 4)::decimal(18, 4) as daily_quantity,
    known.p50,
    known.p80,
    known.p95
from ends
cross join core.projection_days as days
left join given as known
    on ends.series_number = known.series_number and days.day_on = known.day_on
