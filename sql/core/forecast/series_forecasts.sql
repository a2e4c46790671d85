/*
about: >-
  The built-in forecast of each series: what a day is expected to take, and how far several days
  together may be from that. What H days take stays below H * daily_quantity + z * deviation_28 *
  (H / 28) ^ deviation_power, and above 0, in the share of cases that z is for. One row per series.
grain: [series_number]
columns:
  series_number: Number of the series in core.series.
  basis: built_in, recent_mean (less than 28 days are known; their mean, drawn towards that of all
    series) or none (no day is known).
  day_count: Known days behind it, at most 365.
  daily_quantity: Units that a day is expected to take, at least 0.
  recent_mean: Mean of the last 28 known days as they were, at least 0, in units a day.
  capped_away_quantity: Units of the last 91 days that do not count, as their days were far beyond
    the series' own.
  deviation_28: Standard deviation of what 28 days take, in units.
  deviation_power: Power of H with which the deviation of what H days take grows, a half to 1.
  z_50: Deviations for half of the cases.
  z_80: Deviations for 80 % of the cases.
  z_95: Deviations for 95 % of the cases.
checks:
  expects_nothing_below_zero: daily_quantity >= 0
*/
with

forecasts as (
    select
        corrected.*,
        means.recent_mean,
        means.capped_away_quantity
    from core.corrected_forecasts as corrected
    inner join core.forecast_means as means using (series_number, origin)
    where corrected.origin = 0
),

numbers as (
    select distinct series_number
    from core.series
)

select
    series_number,
    case
        when forecasts.day_count is null then 'none'
        when forecasts.day_count < 28 then 'recent_mean'
        else 'built_in'
    end as basis,
    coalesce(forecasts.day_count, 0) as day_count,
    coalesce(round(forecasts.daily_quantity, 4), 0)::decimal(18, 4) as daily_quantity,
    coalesce(round(forecasts.recent_mean, 4), 0)::decimal(18, 4) as recent_mean,
    coalesce(round(forecasts.capped_away_quantity, 4), 0)::decimal(18, 4) as capped_away_quantity,
    -- Rounded, as sums of doubles differ in their last digits by the order of the rows.
    coalesce(round(sqrt(forecasts.variance_28), 6), 0) as deviation_28,
    case
        when forecasts.variance_1 > 0
            then
                round(
                    least(
                        greatest(
                            ln(forecasts.variance_28 / forecasts.variance_1) / (2 * ln(28)), 0.5
                        ),
                        1
                    ),
                    6
                )
        else 0.5
    end as deviation_power,
    quantiles.z_50,
    quantiles.z_80,
    quantiles.z_95
from numbers
left join forecasts using (series_number)
inner join core.forecast_quantiles as quantiles
    on coalesce(forecasts.frequency, 'never') = quantiles.frequency
