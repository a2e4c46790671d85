/*
about: >-
  Which rule the account's forecasts follow and by what they are corrected, at each origin, from
  what came of the forecasts of 28 days that it would have made at the origins before. One row per
  origin.
grain: [origin]
columns:
  origin: 0 for today, 1 to 3 for 28, 56 and 84 days ago.
  rule: The rule of core.forecast_means; recent unless steady was nearer to what came last by more
    than a twentieth.
  factor: What its units are multiplied with, because demand as a whole was higher or lower than it
    said; nine tenths of the mean of up to three origins, from a half to twice; 1 where nothing can
    be compared.
checks:
  factor_is_bounded: factor between 0.5 and 2
*/
with

origins as (
    select unnest([0, 1, 2, 3]) as origin
),

forecasts as (
    select
        origin,
        actual_quantity,
        unnest(['recent', 'steady']) as rule,
        unnest([recent_quantity, steady_quantity]) as quantity
    from core.forecast_backtest
),

results as (
    select
        rule,
        origin,
        sum(actual_quantity) / nullif(sum(quantity), 0) as ratio,
        sum(abs(quantity - actual_quantity)) / nullif(sum(actual_quantity), 0) as error_share
    from forecasts
    group by rule, origin
),

rules as (
    select
        origins.origin,
        results.rule,
        round(least(greatest(1 + 0.9 * (avg(results.ratio) - 1), 0.5), 2), 6) as factor,
        arg_min(results.error_share, results.origin) as error_share
    from origins
    inner join results on origins.origin < results.origin
    group by origins.origin, results.rule
),

choices as (
    select
        origin,
        arg_min(rule, error_share * case when rule = 'recent' then 0.95 else 1 end) as rule
    from rules
    group by origin
)

select
    origins.origin,
    coalesce(choices.rule, 'recent') as rule,
    coalesce(rules.factor, 1) as factor
from origins
left join choices using (origin)
left join rules using (origin, rule)
