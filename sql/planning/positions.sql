/*
about: >-
  A glance at each item and warehouse: what is there, what comes, how long it lasts, and what to
  order. One row per option, size and warehouse with stock, supply or demand.
grain: [product_option_id, size, warehouse]
sorted_by: [sku, warehouse]
example: |
  -- How does each item stand in one warehouse?
  select sku, name, available, incoming_quantity, daily_demand, days_of_cover, runs_out_on,
      next_receipt_on from planning.positions where warehouse = 'Main DC'
  order by days_of_cover nulls last limit 20
columns:
  product_option_id: Cin7 id of the option.
  size: Size of the item; '' when unsized.
  warehouse: Warehouse; unmapped where the branch is not known.
  sku: Code of the item, verbatim.
  name: Name of the product.
  supplier_id: Cin7 id of the product's supplier; null where it has none.
  supplier_name: Company of that supplier.
  abc: A, B or C by what left at cost (planning.item_classes); null where no cost is known.
  on_hand: Units on hand, in stocking units, as Cin7 says.
  available: Units on hand less open sales, in stocking units, as Cin7 says.
  incoming_quantity: Units on their way that planning counts on, in stocking units.
  daily_demand: Units that a day is expected to take, in stocking units.
  demand_basis: What daily_demand is; none where nothing is expected.
  days_of_cover: Days of such demand that what is available today lasts; null without demand.
  is_out: True where something is expected to sell and nothing is available.
  runs_out_on: First day at the end of which nothing is left, local date; null where something is
    left on all of the next 180 days, or nothing is expected to sell.
  next_receipt_on: Day of the next delivery that planning counts on, local date; null where none is.
  days_without: Days of the next 28, today first, at the end of which nothing is left; 0 where
    nothing is expected to sell.
  overdue_quantity: Units that should have come before today, counted on or not, in stocking units.
  last_left_on: Day on which the last unit left, local date; null where none ever did.
  stock_value: Units on hand, where above 0, at cost, in the currency beside it; null where no cost
    is known.
  currency: The account's base currency (ISO code); null where no document says it.
  cost_basis: What the cost is; last_purchase, cost_price or cost_price_converted.
  lead_days: Days from order to receipt.
  lead_basis: Where lead_days is from; setting, item, lane, all_lanes or default.
  order_by_on: First day by which something is to be ordered, local date; null where nothing is
    suggested.
  suggested_quantity: Units suggested to order, transfers and purchases, in stocking units.
checks:
  an_item_that_is_out_sells: not is_out or daily_demand > 0
  days_are_of_four_weeks: days_without between 0 and 28
  a_suggestion_has_a_day: (order_by_on is null) = (suggested_quantity = 0)
*/
with

projected as (
    select
        product_option_id,
        size,
        warehouse,
        min(case when day_on = today.today_on then days_of_cover end) as days_of_cover,
        min(day_on) filter (is_stockout) as runs_out_on,
        count(*) filter (is_stockout and day_on < today.today_on + 28) as days_without
    from planning.projected_stock
    cross join core.today as today
    group by product_option_id, size, warehouse
),

supply as (
    select
        product_option_id,
        size,
        destination_warehouse as warehouse,
        min(expected_on) filter (is_counted) as next_receipt_on,
        sum(open_quantity) filter (is_overdue) as overdue_quantity
    from planning.replenishments
    where state = 'Active' and open_quantity > 0
    group by product_option_id, size, destination_warehouse
),

suggestions as (
    select
        product_option_id,
        size,
        warehouse,
        min(order_by_on) as order_by_on,
        sum(quantity) as suggested_quantity
    from planning.suggested_orders
    group by product_option_id, size, warehouse
)

select
    policies.product_option_id,
    policies.size,
    policies.warehouse,
    policies.sku,
    products.name,
    products.supplier_id,
    suppliers.supplier_name,
    classes.abc,
    coalesce(stock.on_hand, 0)::decimal(18, 4) as on_hand,
    policies.available,
    policies.incoming_quantity,
    policies.daily_demand,
    policies.demand_basis,
    projected.days_of_cover,
    policies.daily_demand > 0 and policies.available <= 0 as is_out,
    case when policies.daily_demand > 0 then projected.runs_out_on end as runs_out_on,
    supply.next_receipt_on,
    case when policies.daily_demand > 0 then coalesce(projected.days_without, 0) else 0 end
        as days_without,
    coalesce(supply.overdue_quantity, 0)::decimal(18, 4) as overdue_quantity,
    classes.last_left_on,
    (greatest(coalesce(stock.on_hand, 0), 0)::decimal(38, 4) * policies.unit_cost)::decimal(18, 4)
        as stock_value,
    policies.currency,
    policies.cost_basis,
    policies.lead_days,
    policies.lead_basis,
    suggestions.order_by_on,
    coalesce(suggestions.suggested_quantity, 0)::decimal(18, 4) as suggested_quantity
from planning.item_policies as policies
left join planning.products as products using (product_option_id, size)
left join planning.suppliers as suppliers using (supplier_id)
left join planning.item_classes as classes using (product_option_id, size, warehouse)
left join planning.inventory as stock using (product_option_id, size, warehouse)
left join projected using (product_option_id, size, warehouse)
left join supply using (product_option_id, size, warehouse)
left join suggestions using (product_option_id, size, warehouse)
