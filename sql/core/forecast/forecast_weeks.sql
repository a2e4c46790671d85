/*
about: >-
  What forecasts are made of, in weeks back from yesterday: the days of the last 365 whose orders
  are known and on which the item was not out of stock. One row per series and week with such days.
grain: [series_number, week]
columns:
  series_number: Number of the series in core.series.
  week: Weeks back; 0 is the last seven days, yesterday the first of them.
  day_bits: A bit for each such day, the lowest for the latest.
  sale_bits: A bit for each such day on which more left than came back.
  quantity: Units that would have left less units that came back.
  capped_quantity: The same, of each day at most what the series' own days make likely.
  square_quantity: Sum of the squares of each day's capped units.
  later_day_count: Such days in the weeks after it.
  later_sale_count: Days with sales in the weeks after it.
  sum_28: Capped units of it and the three weeks before it, as if all of their days counted.
  sum_28_day_count: Days of these four weeks that count.
*/
with

days as (
    select
        days.series_number,
        ((today.today_on - days.day_on - 1) // 7)::integer as week,
        (1 << ((today.today_on - days.day_on - 1) % 7))::integer as day_bit,
        days.unconstrained_quantity::double as quantity,
        least(days.unconstrained_quantity::double, coalesce(caps.cap_quantity, 0))
            as capped_quantity
    from core.series_days as days
    cross join core.today as today
    left join core.sale_caps as caps using (series_number)
    where
        days.day_on >= today.today_on - 365
        and days.unconstrained_quantity is not null
),

weeks as (
    select
        series_number,
        week,
        bit_or(day_bit) as day_bits,
        bit_or(case when quantity > 0 then day_bit else 0 end) as sale_bits,
        sum(quantity) as quantity,
        sum(capped_quantity) as capped_quantity,
        sum(capped_quantity * capped_quantity) as square_quantity
    from days
    group by series_number, week
)

select
    series_number,
    week,
    day_bits,
    sale_bits,
    quantity,
    capped_quantity,
    square_quantity,
    coalesce(sum(bit_count(day_bits)) over later, 0)::integer as later_day_count,
    coalesce(sum(bit_count(sale_bits)) over later, 0)::integer as later_sale_count,
    28 * (sum(capped_quantity) over four) / (sum(bit_count(day_bits)) over four) as sum_28,
    (sum(bit_count(day_bits)) over four)::integer as sum_28_day_count
from weeks
window
    later as (
        partition by series_number order by week
        rows between unbounded preceding and 1 preceding
    ),
    four as (
        partition by series_number order by week range between current row and 3 following
    )
