/*
about: >-
  Stock of each item at each warehouse day by day, today and the next 180: what is available now
  plus what is counted on to arrive less what demand is expected to take. Every movement behind
  it is in planning.projected_stock_explained. One row per option, size, warehouse and day.
grain: [product_option_id, size, warehouse, day_on]
sorted_by: [sku, warehouse, day_on]
ordered: true
columns:
  product_option_id:
  size:
  warehouse:
  day_on:
  sku: Code of the item, verbatim.
  opening: Units at the start of the day, in stocking units; today what Cin7 has available (on hand
    less open sales, which are therefore not taken again), later what was projected for the day
    before.
  purchase_receipts: Units expected from suppliers on the day, in stocking units.
  transfer_receipts: Units expected from other warehouses on the day, in stocking units.
  demand: Units the day is expected to take, in stocking units; until there is a forecast the mean
    daily demand (sold less returned, over all channels, also those that the settings leave out of
    planning.demand_daily) of the last 28 days before today, since the item was created in Cin7,
    whose orders are known and on which the item was not out of stock, never below 0; fewer days
    where there are not 28, 0 where there is none. What kits took of the item is not in it but in
    planning.component_demand_daily.
  projected_known: Units at the end of the day if nothing were sold, in stocking units.
  projected: Units at the end of the day with demand, in stocking units; below 0 what would be
    missing.
  days_of_cover: Days of such demand that the projected units last, at most 10 to the 12th; null
    without demand.
  is_stockout: True where nothing is left at the end of the day; of a kit as such, its components
    may still be there.
checks:
  the_day_adds_up: projected = opening + purchase_receipts + transfer_receipts - demand
  demand_is_not_negative: demand >= 0
  receipts_are_not_negative: purchase_receipts >= 0 and transfer_receipts >= 0
  stockout_is_nothing_left: is_stockout = (projected <= 0)
  cover_is_known_with_demand: (days_of_cover is null) = (demand = 0)
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
        dense_rank() over (order by coalesce(inputs.sku, receivers.sku), warehouse) as place_number,
        coalesce(inputs.starting_quantity, 0) as starting_quantity,
        coalesce(inputs.daily_demand, 0) as daily_demand
    from core.projection_inputs as inputs
    full join receivers using (product_option_id, size, warehouse)
),

horizon as (
    select
        min(day_on) as first_on,
        max(day_on) as last_on
    from core.projection_days
),

-- Today, and each day on which something arrives: between them only demand moves the stock.
changes as (
    select receipts.* exclude (sku)
    from receipts
    inner join core.projection_days using (day_on)
    union all
    select
        pairs.product_option_id,
        pairs.size,
        pairs.warehouse,
        horizon.first_on as day_on,
        0 as from_suppliers,
        0 as from_warehouses
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
        sum(from_warehouses) as from_warehouses
    from changes
    group by product_option_id, size, warehouse, day_on
),

spans as (
    select
        pairs.*,
        horizon.first_on,
        changes.day_on as change_on,
        changes.from_suppliers,
        changes.from_warehouses,
        sum(changes.from_suppliers + changes.from_warehouses) over received as received_quantity,
        coalesce(lead(changes.day_on) over received, horizon.last_on + 1) as next_change_on
    from change_days as changes
    inner join pairs using (product_option_id, size, warehouse)
    cross join horizon
    window
        received as (
            partition by changes.product_option_id, changes.size, changes.warehouse
            order by changes.day_on
        )
),

days as (
    select
        *,
        unnest(generate_series(change_on, next_change_on - 1, interval 1 day))::date as day_on
    from spans
),

balances as (
    select
        *,
        starting_quantity + received_quantity as known_quantity,
        daily_demand * (day_on - first_on + 1) as demand_to_date,
        case when day_on = change_on then from_suppliers else 0 end::decimal(18, 4)
            as purchase_receipts,
        case when day_on = change_on then from_warehouses else 0 end::decimal(18, 4)
            as transfer_receipts
    from days
)

select
    product_option_id,
    size,
    warehouse,
    day_on,
    sku,
    (known_quantity - purchase_receipts - transfer_receipts - demand_to_date + daily_demand)
    ::decimal(18, 4) as opening,
    purchase_receipts,
    transfer_receipts,
    daily_demand as demand,
    known_quantity::decimal(18, 4) as projected_known,
    (known_quantity - demand_to_date)::decimal(18, 4) as projected,
    case
        when daily_demand <> 0
            then
                least(round(greatest(known_quantity - demand_to_date, 0) / daily_demand, 4), 1e12)
    end::decimal(18, 4) as days_of_cover,
    known_quantity <= demand_to_date as is_stockout
from balances
order by place_number, day_on
