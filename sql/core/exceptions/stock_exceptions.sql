/*
about: >-
  What is wrong with the stock of items that are planned: out, about to run out, too much, not
  moving, or new. One row per kind, option, size and warehouse.
grain: [kind, product_option_id, size, warehouse]
columns:
  kind: out_of_stock, runs_out_before_supply, at_risk, excess, dead_stock or new_item.
  product_option_id: Cin7 id of the option.
  size: Size of the item; '' when unsized.
  warehouse: Warehouse.
  units: Units that are missing, too many, or there.
  on_date: The day that matters.
  sentence: What is the case, in words.
*/
with

-- What did not leave in days that were not read may well have left.
history as (
    select
        coalesce(
            min(covered_days.day_on) <= any_value(today.today_on) - 180, false
        ) as has_half_year
    from core.covered_days as covered_days
    cross join core.today as today
),

-- What was in the list of items when the account began to sell is new in Cin7, not to the planner.
beginnings as (
    select min(first_on) as sells_from_on
    from core.series
),

items as (
    select
        policies.*,
        shortages.out_on,
        shortages.out_day_count,
        shortages.risky_on,
        shortages.next_receipt_on,
        leavings.last_left_on,
        stock.on_hand,
        options.created_on,
        today.today_on,
        case
            when shortages.next_receipt_on is not null
                then 'the next delivery is expected on ' || shortages.next_receipt_on
            else 'nothing is on its way'
        end as next_receipt
    from planning.item_policies as policies
    inner join staging.product_options as options using (product_option_id, size)
    left join core.stock_positions as stock using (product_option_id, size, warehouse)
    left join core.projected_shortages as shortages using (product_option_id, size, warehouse)
    left join core.last_leavings as leavings using (product_option_id, size, warehouse)
    cross join core.today as today
    where policies.is_planned
)

select
    'out_of_stock' as kind,
    product_option_id,
    size,
    warehouse,
    (daily_demand * out_day_count)::decimal(18, 4) as units,
    today_on as on_date,
    'Nothing is available (' || format('{:,.15g}', round(available, 1)) || '), '
    || format('{:,.15g}', round(daily_demand, 2)) || ' a day are expected' || case
        when out_day_count > 0
            then ' on ' || out_day_count || ' days before an order of today could come'
        else ''
    end || '; ' || next_receipt as sentence
from items
where available <= 0 and daily_demand > 0
union all
select
    'runs_out_before_supply' as kind,
    product_option_id,
    size,
    warehouse,
    (daily_demand * out_day_count)::decimal(18, 4) as units,
    out_on as on_date,
    'Runs out on ' || out_on || ', for ' || out_day_count || ' days before an order of today could '
    || 'come (' || lead_days || ' days); ' || next_receipt as sentence
from items
where available > 0 and daily_demand > 0 and out_day_count > 0
union all
select
    'at_risk' as kind,
    product_option_id,
    size,
    warehouse,
    safety_stock as units,
    risky_on as on_date,
    'Lasts for what is expected, but high demand would leave nothing by ' || risky_on
    || ', before an order of today could come (' || lead_days || ' days); the reserve is '
    || format('{:,.15g}', round(safety_stock, 1)) || ', ' || next_receipt as sentence
from items
where available > 0 and daily_demand > 0 and out_day_count = 0 and risky_on is not null
union all
select
    'excess' as kind,
    product_option_id,
    size,
    warehouse,
    (available - greatest(order_up_to, daily_demand * 180))::decimal(18, 4) as units,
    today_on + least(floor(available / daily_demand), 36500)::integer as on_date,
    format('{:,.15g}', round(available, 1)) || ' are available, enough for ' || case
        when available > daily_demand * 730
            then floor(available / daily_demand / 365)::bigint || ' years'
        else floor(available / daily_demand)::bigint || ' days'
    end || '; half a year takes '
    || format('{:,.15g}', round(daily_demand * 180, 1)) as sentence
from items
where daily_demand > 0 and available > greatest(order_up_to, daily_demand * 180)
union all
select
    'dead_stock' as kind,
    product_option_id,
    size,
    warehouse,
    on_hand as units,
    coalesce(last_left_on, created_on) as on_date,
    format('{:,.15g}', round(on_hand, 1)) || case
        when last_left_on is not null
            then ' are on hand and none left since ' || last_left_on
        else ' are on hand and none ever left in what has been read'
    end as sentence
from items
cross join history
where
    history.has_half_year and on_hand > 0 and coalesce(last_left_on, created_on) < today_on - 180
union all
select
    'new_item' as kind,
    product_option_id,
    size,
    warehouse,
    available as units,
    created_on as on_date,
    'Created on ' || created_on || ' and ' || case
        when demand_basis = 'none' then 'not sold here yet: nothing is known of its demand'
        else 'not sold here for long'
    end || '; ' || format('{:,.15g}', round(available, 1)) || ' are available' as sentence
from items
cross join beginnings
where
    created_on >= greatest(today_on - 90, sells_from_on + 7)
    and sells_from_on is not null
    and demand_basis in ('none', 'recent_mean')
