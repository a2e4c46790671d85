/*
about: >-
  What left of each item at each warehouse in the last 26 weeks, week by week, and when the last
  unit left; over all channels, and what production took. One row per option, size and warehouse of
  which any ever left.
grain: [product_option_id, size, warehouse]
columns:
  product_option_id: Option of the item.
  size: Size of the item; '' when unsized.
  warehouse: Warehouse.
  last_left_on: Day on which the last unit left; null where none did.
  left_quantity: Units that left less units that came back in the last 52 weeks.
  week_count: Weeks of the last 26 since its first sale, at least one.
  sale_week_count: Those of them in which more left than came back.
  mean_quantity: Mean of what left in these, in units; null where there is none.
  variation: Square of their standard deviation as a share of their mean; null where there is none.
*/
with

leavings as (
    select
        product_option_id,
        size,
        warehouse,
        day_on,
        sold_quantity,
        returned_quantity
    from core.depletion_lines
    union all
    select
        product_option_id,
        size,
        warehouse,
        day_on,
        quantity as sold_quantity,
        0 as returned_quantity
    from core.production_takes
),

ages as (
    select
        lines.product_option_id,
        lines.size,
        lines.warehouse,
        lines.day_on,
        (today.today_on - lines.day_on - 1) // 7 as week_age,
        lines.sold_quantity,
        lines.returned_quantity
    from leavings as lines
    inner join core.today as today on lines.day_on < today.today_on
),

weeks as (
    select
        product_option_id,
        size,
        warehouse,
        week_age,
        max(day_on) filter (where sold_quantity > 0) as last_left_on,
        sum(sold_quantity - returned_quantity)::decimal(18, 4) as net_quantity
    from ages
    group by product_option_id, size, warehouse, week_age
)

select
    product_option_id,
    size,
    warehouse,
    max(last_left_on) as last_left_on,
    coalesce(sum(net_quantity) filter (where week_age < 52), 0)::decimal(18, 4) as left_quantity,
    least(max(week_age) + 1, 26)::integer as week_count,
    count(*) filter (where week_age < 26 and net_quantity > 0) as sale_week_count,
    avg(net_quantity) filter (where week_age < 26 and net_quantity > 0) as mean_quantity,
    -- The variance over the square of the mean, of sums that are exact: a variance of doubles
    -- depends in its last digit on the order of the rows, and a release would differ from its twin.
    count(*) filter (where week_age < 26 and net_quantity > 0)
    * (
        sum(net_quantity::decimal(38, 4) * net_quantity) filter (
            where week_age < 26 and net_quantity > 0
        )
    )::double
    / pow((sum(net_quantity) filter (where week_age < 26 and net_quantity > 0))::double, 2)
    - 1 as variation
from weeks
group by product_option_id, size, warehouse
