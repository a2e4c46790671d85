/*
about: >-
  How far days together may be above what another engine expects, by the cumulative quantiles that
  it says, in the form of core.series_forecasts; from those of 28 days, or of its last day before,
  and how they grow until its last day. One row per series in use that has them.
grain: [series_number]
columns:
  series_number: Number of the series in core.series.
  deviation_28: Units by which 28 days stay below their mean and this in 95 % of the cases.
  deviation_power: Power of H with which that of H days grows, a half to 1.
  z_80: Share of it for 80 % of the cases.
*/
with

sums as (
    select
        series_number,
        row_number() over until_then as days,
        sum(daily_quantity) over until_then as quantity,
        cumulative_p80,
        cumulative_p95
    from core.engine_days
    window until_then as (partition by series_number order by day_on rows unbounded preceding)
),

spreads as (
    select
        series_number,
        days,
        greatest(cumulative_p80 - quantity, 0) as spread_80,
        greatest(cumulative_p95 - quantity, 0) as spread_95
    from sums
    where cumulative_p95 is not null
),

ends as (
    select
        series_number,
        max(days) as last_days,
        arg_max(spread_95, days) as last_spread,
        least(max(days), 28) as first_days,
        arg_max(spread_95, days) filter (where days <= 28) as first_spread,
        arg_max(spread_80, days) filter (where days <= 28) as spread_80
    from spreads
    group by series_number
),

powers as (
    select
        *,
        case
            when last_days > first_days and first_spread > 0 and last_spread > 0
                then
                    least(
                        greatest(ln(last_spread / first_spread) / ln(last_days / first_days), 0.5),
                        1
                    )
            else 0.5
        end as deviation_power
    from ends
)

select
    series_number,
    first_spread * pow(28 / first_days, deviation_power) as deviation_28,
    deviation_power,
    case when first_spread > 0 then least(spread_80 / first_spread, 1) else 0 end as z_80
from powers
