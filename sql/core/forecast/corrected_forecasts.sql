/*
about: >-
  What the account's rule expects of a day from each origin, corrected by how far it was off before,
  and how far what days take is from that. One row per series and origin with known days.
grain: [series_number, origin]
materialized: view
columns:
  series_number: Number of the series in core.series.
  origin: 0 for today, 1 to 3 for 28, 56 and 84 days ago.
  day_count: Known days behind it, at most 365.
  frequency: How often it sold in the 91 days before; short where less than 28 days are known.
  daily_quantity: Units that a day is expected to take; where less than 28 days are known, the mean
    of them and of as many of the usual series as weigh as much, but at least their own mean less
    its standard error if sales came singly, as what sells day by day is no usual series.
  variance_28: Variance of what 28 days take. Half a year of a series that sold on one or two days
    says little, so that it is taken as if sales came singly, as often as in a year. Where less than
    28 days are known, the mean may be wrong, too.
  variance_1: Variance of what a day takes.
*/
with

expected as (
    select
        means.series_number,
        means.origin,
        origins.day_count,
        origins.day_count < 28 as is_short,
        case when is_short then 'short' else means.frequency end as frequency,
        case
            when is_short
                then
                    greatest(
                        (
                            origins.day_count * means.mean_28
                            + priors.day_count * priors.daily_quantity
                        ) / (origins.day_count + priors.day_count),
                        means.mean_28 - sqrt(means.mean_28 * means.sale_size / origins.day_count)
                    )
            when rules.rule = 'recent' then rules.factor * means.recent
            else rules.factor * means.steady
        end as daily_quantity,
        case
            when is_short then priors.day_variance / (origins.day_count + priors.day_count)
            else 0
        end as mean_variance,
        means.sale_size,
        means.sale_variance,
        origins.sum_variance,
        origins.day_variance
    from core.forecast_means as means
    inner join core.forecast_origins as origins using (series_number, origin)
    inner join core.forecast_rules as rules using (origin)
    inner join core.forecast_priors as priors using (origin)
)

select
    series_number,
    origin,
    day_count,
    frequency,
    daily_quantity,
    case
        when frequency in ('never', 'rarely') then sale_variance
        when is_short then 28 * (daily_quantity * sale_size + 28 * mean_variance)
        else greatest(coalesce(sum_variance, 0), 28 * daily_quantity * sale_size)
    end as variance_28,
    case
        when frequency in ('never', 'rarely') then sale_variance / 28
        when is_short then daily_quantity * sale_size + mean_variance
        else greatest(coalesce(day_variance, 0), daily_quantity * sale_size)
    end as variance_1
from expected
