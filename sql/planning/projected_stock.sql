/*
about: >-
  Stock of each item at each warehouse day by day, today and the next 180: what is available now
  plus what is counted on to arrive less open orders on their day and less what demand is expected
  to take. Every movement behind it is in planning.projected_stock_explained. One row per option,
  size, warehouse and day.
grain: [product_option_id, size, warehouse, day_on]
sorted_by: [sku, warehouse, product_option_id, size, day_on]
ordered: true
example: |
  -- What will be on the shelf on each of the next days?
  select day_on, opening, purchase_receipts + transfer_receipts as arrives, demand, projected,
      projected_low from planning.projected_stock where sku = 'BAG-1011'
  order by warehouse, day_on limit 28
columns:
  product_option_id: Cin7 id of the option.
  size: Size of the item; '' when unsized.
  warehouse: Warehouse of the stock; unmapped where the branch is not known.
  day_on: Local day, today first.
  sku: Code of the item, verbatim.
  opening: Units at the start of the day, in stocking units; today what Cin7 has available (on hand
    less open sales, which are therefore not taken again) with what it reserves for open orders of
    later days, and with nothing on hand where Cin7 has less (unless CIN7_SELLS_WITHOUT_STOCK is
    yes); then what was projected for the day before.
  purchase_receipts: Units expected from suppliers on the day, in stocking units.
  transfer_receipts: Units expected from other warehouses on the day, in stocking units.
  open_orders_due: Units of open sales orders that are due on the day, in stocking units; what was
    due before tomorrow, has no such day or is due behind the 180 days is not available today.
  demand: Units the day is expected to take, in stocking units, by the forecast in use
    (planning.forecasts), with what leaves the shelf without being demand and what kits are expected
    to take.
  demand_basis: What demand rests on; forecast:<engine> (data/forecasts), built_in (our own),
    recent_mean (less than 28 days are known) or none.
  projected_known: Units at the end of the day if nothing more were sold, in stocking units.
  projected: Units at the end of the day with demand, in stocking units; below 0 what would be
    missing.
  projected_low: Units at the end of the day if demand is high, in stocking units; it is higher in
    one of twenty cases.
  days_of_cover: Days of such demand that the projected units last, at most 10 to the 12th; null
    without demand.
  is_stockout: True where nothing is left at the end of the day.
  is_at_risk: True where nothing is left if demand is high.
checks:
  the_day_adds_up: >-
    projected = opening + purchase_receipts + transfer_receipts - open_orders_due - demand
  demand_is_not_negative: demand >= 0
  receipts_are_not_negative: purchase_receipts >= 0 and transfer_receipts >= 0
  orders_are_not_negative: open_orders_due >= 0
  stockout_is_nothing_left: is_stockout = (projected <= 0)
  risk_is_nothing_left: is_at_risk = (projected_low <= 0)
  low_is_not_above: projected_low <= projected
  cover_is_known_with_demand: (days_of_cover is null) = (demand = 0)
  demand_has_a_basis: demand = 0 or demand_basis <> 'none'
*/
with

receipts as (
    select
        product_option_id,
        size,
        destination_warehouse as warehouse,
        expected_on as day_on,
        min(sku) as sku,
        sum(case when kind = 'purchase_order' then open_quantity else 0 end) as from_suppliers,
        sum(case when kind = 'transfer' then open_quantity else 0 end) as from_warehouses
    from planning.replenishments
    where is_counted
    group by product_option_id, size, destination_warehouse, expected_on
),

receivers as (
    select distinct
        product_option_id,
        size,
        warehouse,
        sku
    from receipts
),

pairs as (
    select
        product_option_id,
        size,
        warehouse,
        coalesce(inputs.sku, receivers.sku) as sku,
        row_number() over (
            order by coalesce(inputs.sku, receivers.sku), warehouse, product_option_id, size
        )::integer as place_number,
        coalesce(inputs.starting_quantity, 0) as starting_quantity,
        coalesce(inputs.demand_basis, 'none') as demand_basis,
        coalesce(inputs.z_95 * inputs.deviation_28, 0) as excess_28,
        coalesce(inputs.deviation_power, 1) as deviation_power
    from core.projection_inputs as inputs
    full join receivers using (product_option_id, size, warehouse)
),

horizon as (
    select
        min(day_on) as first_on,
        max(day_on) as last_on
    from core.projection_days
),

-- Today, and each day on which something arrives, is due or is expected to sell at another rate:
-- between them only the same demand moves the stock.
changes as (
    select
        receipts.* exclude (sku),
        0 as due_quantity,
        0 as rate_change
    from receipts
    inner join core.projection_days using (day_on)
    union all
    select
        product_option_id,
        size,
        warehouse,
        due_on as day_on,
        0 as from_suppliers,
        0 as from_warehouses,
        open_quantity as due_quantity,
        0 as rate_change
    from core.later_orders
    union all
    select
        product_option_id,
        size,
        warehouse,
        day_on,
        0 as from_suppliers,
        0 as from_warehouses,
        0 as due_quantity,
        rate_change
    from core.rate_changes
    union all
    select
        pairs.product_option_id,
        pairs.size,
        pairs.warehouse,
        horizon.first_on as day_on,
        0 as from_suppliers,
        0 as from_warehouses,
        0 as due_quantity,
        0 as rate_change
    from pairs
    cross join horizon
),

change_days as (
    select
        product_option_id,
        size,
        warehouse,
        day_on,
        sum(from_suppliers) as from_suppliers,
        sum(from_warehouses) as from_warehouses,
        sum(due_quantity) as due_quantity,
        sum(rate_change)::decimal(18, 4) as rate_change
    from changes
    group by product_option_id, size, warehouse, day_on
),

-- A rate that changes on a day has by a later one taken itself times the days between.
spans as (
    select
        pairs.*,
        horizon.first_on,
        changes.day_on as change_on,
        changes.from_suppliers,
        changes.from_warehouses,
        changes.due_quantity,
        sum(changes.from_suppliers + changes.from_warehouses - changes.due_quantity) over until_then
            as received_quantity,
        (sum(changes.rate_change) over until_then)::decimal(18, 4) as daily_demand,
        (
            sum(changes.rate_change * (changes.day_on - horizon.first_on)) over until_then
        )::decimal(38, 4) as missed_demand,
        coalesce(lead(changes.day_on) over until_then, horizon.last_on + 1) as next_change_on
    from change_days as changes
    inner join pairs using (product_option_id, size, warehouse)
    cross join horizon
    window
        until_then as (partition by pairs.place_number order by changes.day_on)
),

-- In the order of the table, which the days between changes keep.
ordered_spans as (
    select *
    from spans
    order by place_number, change_on
),

days as (
    select
        *,
        unnest(generate_series(change_on, next_change_on - 1, interval 1 day))::date as day_on
    from ordered_spans
),

balances as (
    select
        *,
        starting_quantity + received_quantity as known_quantity,
        daily_demand * (day_on - first_on + 1) - missed_demand as demand_to_date,
        case when day_on = change_on then from_suppliers else 0 end::decimal(18, 4)
            as purchase_receipts,
        case when day_on = change_on then from_warehouses else 0 end::decimal(18, 4)
            as transfer_receipts,
        case when day_on = change_on then due_quantity else 0 end::decimal(18, 4)
            as open_orders_due
    from days
),

closings as (
    select
        *,
        (known_quantity - demand_to_date)::decimal(18, 4) as projected,
        case
            when excess_28 > 0 and demand_to_date > 0
                then
                    least(
                        round(
                            excess_28 * pow((day_on - first_on + 1) / 28, deviation_power), 4
                        ),
                        1e12
                    )
            else 0
        end::decimal(18, 4) as excess
    from balances
)

select
    product_option_id,
    size,
    warehouse,
    day_on,
    sku,
    (projected - purchase_receipts - transfer_receipts + open_orders_due + daily_demand)
    ::decimal(18, 4) as opening,
    purchase_receipts,
    transfer_receipts,
    open_orders_due,
    daily_demand as demand,
    demand_basis,
    known_quantity::decimal(18, 4) as projected_known,
    projected,
    (projected - excess)::decimal(18, 4) as projected_low,
    case
        when daily_demand <> 0
            then least(round(greatest(projected, 0) / daily_demand, 4), 1e12)
    end::decimal(18, 4) as days_of_cover,
    projected <= 0 as is_stockout,
    projected - excess <= 0 as is_at_risk
from closings
