/*
about: >-
  Files of forecasts that are refused, each by the first row that is wrong; those in use that name
  series which do not exist, or expect far more or less than what was sold. One row per file.
grain: [issue, document_kind, document_id, line_id]
columns:
  issue:
  document_kind:
  document_id: 0, as files have no id.
  line_id: Place of the file among those of the issue, below 0.
  severity:
  detail:
  suggestion:
*/
with

files as (
    select
        *,
        'data/forecasts/' || file as path
    from settings.forecast_files
),

unknown as (
    select
        files.path,
        list(distinct forecasts.unique_id order by forecasts.unique_id) as names
    from settings.forecasts as forecasts
    inner join files using (engine, made_on)
    anti join core.demand_names using (unique_id)
    where files.problem is null
    group by files.path
),

taken as (
    select
        days.series_number,
        greatest(avg(days.net_quantity), 0) * 91 as quantity
    from core.series_days as days
    inner join core.today as today on days.day_on >= today.today_on - 91
    where days.is_known
    group by days.series_number
),

expected as (
    select
        series_number,
        engine,
        made_on,
        avg(daily_quantity) * 91 as quantity
    from core.engine_days
    group by series_number, engine, made_on
),

-- Of what hardly sells, three times is soon reached.
compared as (
    select
        files.path,
        names.unique_id,
        taken.quantity as taken_quantity,
        expected.quantity as expected_quantity,
        abs(expected.quantity - taken.quantity) as difference,
        abs(expected.quantity - taken.quantity) > 10
        and not expected.quantity between taken.quantity / 3 and taken.quantity * 3 as is_far
    from expected
    inner join taken using (series_number)
    inner join core.demand_names as names using (series_number)
    inner join files using (engine, made_on)
    where files.problem is null
),

totals as (
    select
        path,
        sum(taken_quantity) as taken_quantity,
        sum(expected_quantity) as expected_quantity,
        count(*) as series_count,
        count(*) filter (is_far) as far_count,
        list(
            unique_id || ' (' || round(taken_quantity)::bigint || ', '
            || round(expected_quantity)::bigint || ')'
            order by difference desc
        ) filter (is_far) as names
    from compared
    group by path
)

select
    'forecast_refused' as issue,
    'forecast' as document_kind,
    0::bigint as document_id,
    -(row_number() over (order by engine, made_on, file)) as line_id,
    'warning' as severity,
    path || ': ' || problem as detail,
    'Correct the file, or let the engine write it again; until then its last good file, or another '
    || 'forecast, is used.' as suggestion
from files
where problem is not null
union all by name
select
    'forecast_of_unknown_series' as issue,
    'forecast' as document_kind,
    0::bigint as document_id,
    -(row_number() over (order by path)) as line_id,
    'warning' as severity,
    path || ': ' || length(names) || ' of its series are none of planning.demand_series: '
    || array_to_string(names[:10], ', ') || case when length(names) > 10 then ', …' else '' end
        as detail,
    'Write unique_id as it stands in planning.demand_series; rows of other names are left out.'
        as suggestion
from unknown
union all by name
select
    'forecast_far_from_demand' as issue,
    'forecast' as document_kind,
    0::bigint as document_id,
    -(row_number() over (order by path)) as line_id,
    'warning' as severity,
    path || ': it expects ' || round(expected_quantity)::bigint || ' units of 91 days where the '
    || 'last 91 took ' || round(taken_quantity)::bigint || '; more than three times or less than a '
    || 'third in ' || far_count || ' of ' || series_count || ' series'
    || coalesce(
        ' (taken, expected): ' || array_to_string(names[:10], ', ')
        || case when far_count > 10 then ', …' else '' end,
        ''
    ) as detail,
    'It is used as it is. Look whether it counts packs instead of units, or weeks instead of days.'
        as suggestion
from totals
where far_count > 0 or not expected_quantity between taken_quantity / 3 and taken_quantity * 3
