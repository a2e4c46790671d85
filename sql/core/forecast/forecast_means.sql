/*
about: >-
  What a day is expected to take by each of four rules, from each origin: means of the last 28, 91
  and 365 known days, and TSB (the chance of a sale times the size of a sale, both smoothed by a
  tenth a day and a sale). One row per series and origin with known days.
grain: [series_number, origin]
columns:
  series_number: Number of the series in core.series.
  origin: 0 for today, 1 to 3 for 28, 56 and 84 days before.
  sale_day_count: Days with sales among the last 91.
  capped_away_quantity: Units of the last 91 days that the cap leaves out.
  recent_mean: Mean of the last 28 days as they were, nothing capped, at least 0, in units a day.
  frequency: How often it sold in the last 91 days; never, rarely (on less than 3 days), sometimes
    (less than 13) or often.
  sale_size: Units of a usual sale, the larger the sale the more it weighs; 0 where nothing sold.
  sale_variance: Variance of what 28 days take where such sales come singly, as often as in the last
    91 days and in all of them.
  mean_28: Mean of the last 28 days, in units a day.
  mean_91: Mean of the last 91 days, in units a day.
  mean_365: Mean of all days, in units a day.
  tsb: Expected units a day by TSB.
  recent: The mean of TSB and of the median of it and the two shorter means.
  steady: The median of the four.
*/
with

sales as (
    select
        days.series_number,
        ((today.today_on - days.day_on - 1) // 7)::integer as week,
        ((today.today_on - days.day_on - 1) % 7)::integer as day_bit,
        days.unconstrained_quantity::double as quantity,
        least(days.unconstrained_quantity::double, coalesce(caps.cap_quantity, 0))
            as capped_quantity
    from core.series_days as days
    cross join core.today as today
    left join core.sale_caps as caps using (series_number)
    where
        days.day_on >= today.today_on - 365
        and days.unconstrained_quantity <> 0
),

-- How many days that count lie behind each, and how many of them with sales.
places as (
    select
        sales.series_number,
        sales.quantity,
        sales.capped_quantity,
        weeks.later_day_count
        + bit_count(weeks.day_bits & ((1 << sales.day_bit) - 1)) as later_day_count,
        weeks.later_sale_count
        + bit_count(weeks.sale_bits & ((1 << sales.day_bit) - 1)) as later_sale_count
    from sales
    inner join core.forecast_weeks as weeks using (series_number, week)
),

moves as (
    select
        places.series_number,
        origins.origin,
        places.later_day_count - origins.later_day_count + 1 as place,
        places.later_sale_count - origins.later_sale_count as later_sales,
        places.quantity,
        places.capped_quantity
    from places
    inner join core.forecast_origins as origins
        on
            places.series_number = origins.series_number
            and places.later_day_count >= origins.later_day_count
),

sums as (
    select
        series_number,
        origin,
        count(*) filter (place <= 91 and quantity > 0) as sale_day_count,
        sum(quantity - capped_quantity) filter (place <= 91) as capped_away_quantity,
        sum(quantity) filter (place <= 28) as recent_quantity,
        coalesce(sum(capped_quantity) filter (place <= 28), 0) as sum_28,
        coalesce(sum(capped_quantity) filter (place <= 91), 0) as sum_91,
        sum(capped_quantity) as sum_365,
        sum(pow(0.9, place - 1)) filter (quantity > 0) as sale_weight,
        sum(capped_quantity * capped_quantity) filter (quantity > 0)
        / sum(capped_quantity) filter (quantity > 0) as sale_size,
        sum(capped_quantity * pow(0.9, later_sales)) filter (quantity > 0) as size_sum,
        sum(pow(0.9, later_sales)) filter (quantity > 0) as size_weight
    from moves
    group by series_number, origin
),

means as (
    select
        series_number,
        origin,
        coalesce(sums.sale_day_count, 0) as sale_day_count,
        coalesce(sums.capped_away_quantity, 0) as capped_away_quantity,
        greatest(coalesce(sums.recent_quantity, 0), 0) / least(origins.day_count, 28)
            as recent_mean,
        coalesce(sums.sale_size, 0) as sale_size,
        coalesce(sums.sale_day_count, 0) / least(origins.day_count, 91) as sale_share,
        greatest(coalesce(sums.sum_28, 0), 0) / least(origins.day_count, 28) as mean_28,
        greatest(coalesce(sums.sum_91, 0), 0) / least(origins.day_count, 91) as mean_91,
        greatest(coalesce(sums.sum_365, 0), 0) / origins.day_count as mean_365,
        coalesce(
            0.1 * sums.sale_weight / (1 - pow(0.9, origins.day_count))
            * sums.size_sum / sums.size_weight,
            0
        ) as tsb
    from core.forecast_origins as origins
    left join sums using (series_number, origin)
    where origins.day_count > 0
)

select
    series_number,
    origin,
    sale_day_count,
    capped_away_quantity,
    recent_mean,
    case
        when sale_day_count = 0 then 'never'
        when sale_day_count < 3 then 'rarely'
        when sale_day_count < 13 then 'sometimes'
        else 'often'
    end as frequency,
    sale_size,
    28 * (sale_share * sale_size + mean_365) / 2 * sale_size as sale_variance,
    mean_28,
    mean_91,
    mean_365,
    tsb,
    (list_median([mean_28, mean_91, tsb]) + tsb) / 2 as recent,
    list_median([mean_28, mean_91, mean_365, tsb]) as steady
from means
