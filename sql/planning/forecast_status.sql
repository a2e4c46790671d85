/*
about: >-
  Which forecasts there are, how fresh they are and what of demand they cover. One row per engine.
grain: [engine]
example: |
  -- Which forecast is used, and why is another one not?
  select engine, made_on, is_used, why_not_used, units_covered_share from planning.forecast_status
  order by made_on desc
columns:
  engine: Who made the forecast; built_in, or the folder of data/forecasts it is from.
  newest_file: File of it that was made last, below data/forecasts; where that one is refused, the
    last good one counts. Null for the built-in forecast.
  models: What the file says of the models behind it, with commas between them; null where nothing.
  made_on: Day it was made on, local date; of the file that counts.
  cutoff_on: Last day whose demand it knows, as the engine says, else the day before it was made,
    local date; null where no day is known.
  age_days: Days since it was made.
  is_used: True where planning uses it.
  why_not_used: Why planning does not use it; null where it does.
  series_covered: Number of series it is in use for.
  series_with_demand: Number of series with demand in the last 91 days.
  units_covered_share: Share of the last 91 days' units, of series with more sold than returned,
    that it is in use for, 0 to 1; null without demand.
  horizon_end_on: Last day it says something of, local date.
  rows_left_out: Rows of it that could not be used.
  correction: What the built-in forecast multiplies its rule with, as its own forecasts of earlier
    days were too low or too high.
  capped_away_quantity: Units of the last 91 days that the built-in forecast leaves out, because
    their days were far beyond what the series' own days make likely.
*/
with

names as (
    select distinct series_number
    from core.series
    where kind = 'demand'
),

recent as (
    select
        days.series_number,
        max(days.day_on) as last_on,
        greatest(sum(days.net_quantity), 0) as quantity
    from core.series_days as days
    inner join core.today as today on days.day_on >= today.today_on - 91
    where days.is_known
    group by days.series_number
),

covered as (
    select
        count(*) filter (forecasts.basis <> 'none') as series_covered,
        count(*) filter (recent.quantity > 0) as series_with_demand,
        sum(recent.quantity) filter (forecasts.basis <> 'none') as covered_quantity,
        sum(recent.quantity) as quantity,
        max(recent.last_on) as cutoff_on,
        sum(forecasts.capped_away_quantity) as capped_away_quantity
    from core.series_forecasts as forecasts
    left join recent using (series_number)
    where forecasts.series_number in (select names.series_number from names)
),

newest as (
    select
        *,
        max_by(file, made_on) over (partition by engine) as newest_file
    from settings.forecast_files
    qualify row_number() over (partition by engine order by problem is not null, made_on desc) = 1
),

of_engines as (
    select
        forecasts.engine,
        max(forecasts.ds) as horizon_end_on,
        count(names.unique_id) as known_rows,
        count(*) - known_rows as rows_left_out
    from settings.forecasts as forecasts
    left join core.demand_names as names using (unique_id)
    group by forecasts.engine
),

in_use as (
    select
        days.engine,
        count(*) as series_covered,
        sum(recent.quantity) as quantity
    from core.engine_days as days
    inner join core.today as today on days.day_on = today.today_on
    left join recent using (series_number)
    group by days.engine
)

select
    'built_in' as engine,
    null as newest_file,
    null as models,
    today.today_on as made_on,
    covered.cutoff_on,
    0 as age_days,
    covered.series_covered > 0 as is_used,
    case when covered.series_covered = 0 then 'no day of demand is known' end as why_not_used,
    covered.series_covered,
    covered.series_with_demand,
    (coalesce(covered.covered_quantity, 0) / nullif(covered.quantity, 0))::decimal(18, 4)
        as units_covered_share,
    today.today_on + 180 as horizon_end_on,
    0::bigint as rows_left_out,
    round(rules.factor, 4)::decimal(18, 4) as correction,
    coalesce(covered.capped_away_quantity, 0)::decimal(18, 4) as capped_away_quantity
from covered
cross join core.today as today
inner join core.forecast_rules as rules on rules.origin = 0
union all
select
    newest.engine,
    newest.newest_file,
    newest.models,
    newest.made_on,
    coalesce(newest.cutoff_on, newest.made_on - 1) as cutoff_on,
    (today.today_on - newest.made_on)::integer as age_days,
    coalesce(in_use.series_covered, 0) > 0 as is_used,
    case
        when newest.problem is not null then newest.file || ' is refused: ' || newest.problem
        when today.today_on - newest.made_on > getvariable('forecast_max_age_days')
            then 'it is more than ' || getvariable('forecast_max_age_days') || ' days old'
        when of_engines.horizon_end_on < today.today_on
            then 'its last day was ' || of_engines.horizon_end_on
        when of_engines.known_rows = 0 then 'it names no series of planning.demand_series'
        when of_engines.engine is null then 'it has no rows'
        when coalesce(in_use.series_covered, 0) = 0 then 'it has no series that is not another''s'
    end as why_not_used,
    coalesce(in_use.series_covered, 0) as series_covered,
    covered.series_with_demand,
    (coalesce(in_use.quantity, 0) / nullif(covered.quantity, 0))::decimal(18, 4)
        as units_covered_share,
    of_engines.horizon_end_on,
    coalesce(of_engines.rows_left_out, 0) as rows_left_out,
    null as correction,
    null as capped_away_quantity
from newest
cross join covered
cross join core.today as today
left join of_engines using (engine)
left join in_use using (engine)
