/*
about: >-
  How much of each item each warehouse should have: the reserve, the point at which it is ordered
  and how far it is filled up. One row per option, size and warehouse.
grain: [product_option_id, size, warehouse]
columns:
  product_option_id:
  size:
  warehouse:
  demand_basis: What daily_demand is; none where nothing is expected.
  daily_demand: Units that a day is expected to take.
  safety_stock: Units kept in reserve; what demand stays below in service_level of all cases, over
    the review days and lead days as they came, less what is expected of review_days and lead_days;
    or safety_days of demand.
  reorder_point: Units expected in the lead days and the reserve; at least min_stock.
  review_quantity: Units expected until the next review.
  order_up_to: Units that an order fills up to; what is expected of lead and review days and the
    reserve, at least max_stock where there is a min_stock too.
checks:
  reserve_is_not_negative: safety_stock >= 0
  levels_rise: reorder_point >= safety_stock and order_up_to >= reorder_point
*/
with

inputs as (
    select
        settings.product_option_id,
        settings.size,
        settings.warehouse,
        settings.safety_days,
        settings.min_stock,
        settings.max_stock,
        settings.review_days,
        lead_days.lead_days,
        coalesce(demand.demand_basis, 'none') as demand_basis,
        coalesce(demand.daily_demand, 0)::decimal(18, 4) as daily_demand,
        lead_days.mean_lead_days::double + settings.review_days as cycle_days,
        lead_days.lead_days - lead_days.mean_lead_days::double as spare_days,
        lead_days.sd_lead_days::double as sd_lead_days,
        sqrt(-2 * ln(1 - settings.service_level::double)) as t,
        demand.deviation_28,
        demand.deviation_power,
        demand.z_50,
        demand.z_80,
        demand.z_95
    from core.replenishment_settings as settings
    inner join core.replenishment_lead_days as lead_days
        using (product_option_id, size, warehouse)
    left join core.replenishment_demand as demand using (product_option_id, size, warehouse)
),

-- The service level as standard deviations of a normal law (Abramowitz and Stegun 26.2.23), then as
-- the deviations that were seen: straight lines through those of 50, 80 and 95 %.
deviations as (
    select
        *,
        t - (2.515517 + 0.802853 * t + 0.010328 * t * t)
        / (1 + 1.432788 * t + 0.189269 * t * t + 0.001308 * t * t * t) as normal_z
    from inputs
),

-- The mean and variance of what a random number of days takes (King): that of its mean number, and
-- that of the days themselves.
laws as (
    select
        *,
        sqrt(
            pow(deviation_28 * pow(cycle_days / 28, deviation_power), 2)
            + pow(daily_demand::double * sd_lead_days, 2)
        ) as deviation,
        case
            when normal_z < 0.8416 then z_50 + (z_80 - z_50) * normal_z / 0.8416
            else z_80 + (z_95 - z_80) * (normal_z - 0.8416) / 0.8033
        end as z
    from deviations
),

reserves as (
    select
        *,
        case
            when daily_demand = 0 then 0
            when safety_days is not null then safety_days * daily_demand
            else greatest(z * deviation - daily_demand::double * spare_days, 0)
        end::decimal(18, 4) as safety_stock
    from laws
),

points as (
    select
        *,
        greatest(daily_demand * lead_days + safety_stock, coalesce(min_stock, 0))
        ::decimal(18, 4) as reorder_point,
        (daily_demand * review_days)::decimal(18, 4) as review_quantity
    from reserves
)

select
    product_option_id,
    size,
    warehouse,
    demand_basis,
    daily_demand,
    safety_stock,
    reorder_point,
    review_quantity,
    greatest(
        reorder_point + review_quantity,
        case when min_stock is not null then coalesce(max_stock, 0) else 0 end
    )::decimal(18, 4) as order_up_to
from points
