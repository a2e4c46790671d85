/*
about: >-
  Forecasts of other engines that are in use, day by day from today on; behind their last day the
  mean of its 28 days. Of a series that several have, override comes first, then those that the
  settings name, in their order, then the first by name; what was made longer ago than they allow
  is not used. One row per series and day.
grain: [series_number, day_on]
columns:
  series_number: Number of the series in core.series.
  day_on: Local day.
  engine: Who made the forecast.
  made_on: Day it was made on, local date.
  daily_quantity: Units that the day is expected to take.
  p10: Units that the day stays below in 10 % of the cases; null where the engine says none.
  p50: Units that the day stays below in half of the cases, or null.
  p80: Units that the day stays below in 80 % of the cases, or null.
  p90: Units that the day stays below in 90 % of the cases, or null.
  p95: Units that the day stays below in 95 % of the cases, or null.
  cumulative_p80: Units that today and all days up to this one together stay below in 80 % of the
    cases, or null; what the engine expected of days gone by is taken off.
  cumulative_p95: Units that they together stay below in 95 % of the cases, or null.
*/
with

engines as (
    select
        files.engine,
        files.made_on,
        row_number() over (
            order by
                files.engine <> 'override',
                list_position(string_split(getvariable('forecast_engines'), ','), files.engine)
                nulls last,
                files.engine
        ) as place
    from settings.forecast_files as files
    cross join core.today as today
    where
        files.problem is null
        and today.today_on - files.made_on <= getvariable('forecast_max_age_days')
),

forecasts as (
    select
        names.series_number,
        engines.place,
        engines.engine,
        engines.made_on,
        forecasts.* exclude (engine, made_on, unique_id),
        forecasts.ds >= today.today_on as is_coming,
        coalesce(
            sum(case when forecasts.ds < today.today_on then forecasts.mean end) over (
                partition by names.series_number, engines.place
            ),
            0
        ) as past_mean
    from settings.forecasts as forecasts
    inner join engines using (engine, made_on)
    inner join core.demand_names as names using (unique_id)
    cross join core.today as today
),

given as (
    select
        *,
        max(ds) over (partition by series_number, place) as last_on
    from forecasts
    where is_coming
    window same as (partition by series_number)
    qualify place = min(place) over same
),

ends as (
    select
        series_number,
        engine,
        made_on,
        last_on,
        avg(mean) filter (where ds > last_on - 28) as mean
    from given
    group by series_number, engine, made_on, last_on
)

select
    ends.series_number,
    days.day_on,
    ends.engine,
    ends.made_on,
    round(coalesce(known.mean, ends.mean), 4)::decimal(18, 4) as daily_quantity,
    known.p10,
    known.p50,
    known.p80,
    known.p90,
    known.p95,
    case
        when known.cumulative_p80 is not null
            then least(greatest(known.cumulative_p80 - known.past_mean, 0), 1e12)
    end as cumulative_p80,
    case
        when known.cumulative_p95 is not null
            then least(greatest(known.cumulative_p95 - known.past_mean, 0), 1e12)
    end as cumulative_p95
from ends
cross join core.projection_days as days
left join given as known
    on ends.series_number = known.series_number and days.day_on = known.ds
