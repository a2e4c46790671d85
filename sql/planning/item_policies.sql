/*
about: >-
  How each item is replenished at each warehouse: what the settings and deliveries say, and the
  levels that follow; also where nothing is to be ordered. One row per option, size and warehouse.
grain: [product_option_id, size, warehouse]
sorted_by: [sku, warehouse]
example: |
  -- How is the reserve of the dearest items set?
  select sku, name, warehouse, daily_demand, lead_days, lead_basis, service_level,
      safety_stock, reorder_point from planning.item_policies where is_planned
  order by safety_stock * unit_cost desc nulls last limit 20
columns:
  product_option_id: Cin7 id of the option.
  size: Size of the item; '' when unsized.
  warehouse: Warehouse; unmapped where the branch is not known.
  sku: Code of the item, verbatim.
  is_planned: True where orders are suggested.
  why_not_planned: Why no order is suggested; null where orders are.
  demand_basis: What daily_demand is; none where nothing is expected.
  daily_demand: Units that a day is expected to take, in stocking units.
  lead_days: Days from order to receipt.
  lead_basis: Where lead_days is from; setting, item (80 % of its deliveries came within them), lane
    (of all deliveries of the supplier, or between the warehouses), all_lanes or default.
  mean_lead_days: Mean of the days that deliveries took, where five or more of the item or its lane
    were measured; else lead_days.
  sd_lead_days: Standard deviation of these days; 0 where less are measured.
  review_days: Days between two looks at the plan.
  service_level: Chance that a cycle, from one order's arrival to the next, ends without a
    stock-out, 0 to 1; not the share of units delivered.
  safety_stock: Units kept in reserve, in stocking units; what demand stays below with that chance,
    over review days and lead days of this mean and deviation, less what is expected of review_days
    and lead_days; or the days that the settings give.
  reorder_point: Units at which it is ordered, in stocking units; what is expected in the lead days
    and the reserve, at least min_stock.
  order_up_to: Units that an order fills up to, in stocking units; reorder_point and what is
    expected until the next review, or max_stock where there is a min_stock too and it is more.
  available: Units on hand less open sales, in stocking units, as Cin7 says.
  incoming_quantity: Units on their way that planning counts on, in stocking units.
  position: Both together, in stocking units; where Cin7 has less than nothing on hand, as if it
    had nothing, as a shelf cannot hold less (unless CIN7_SELLS_WITHOUT_STOCK is yes).
  surplus_quantity: Units available above order_up_to, in whole packs.
  min_stock: Units below which it is ordered, by the settings; null where they say nothing.
  max_stock: Units beyond which nothing is ordered, by the settings; null where they say nothing.
  moq: Least units of a purchase, by the settings; null where they say nothing.
  multiple: Units of a pack, of which whole ones are ordered.
  source: supplier, or the warehouse it comes from, by the settings; null where what other
    warehouses can spare comes first.
  setting_row: The settings that are not built in, each with where it is from; null where all are.
  unit_cost: Cost of a unit in the currency beside it; null where none is known.
  currency: The account's base currency (ISO code); null where no document says it.
  cost_basis: last_purchase, cost_price or cost_price_converted; null where no cost is known.
  name: Name of the product.
checks:
  planned_or_why_not: is_planned = (why_not_planned is null)
  position_is_not_less: position >= available + incoming_quantity
  levels_rise: safety_stock <= reorder_point and reorder_point <= order_up_to
  surplus_leaves_enough: surplus_quantity = 0 or available - surplus_quantity >= reorder_point
*/
select
    items.product_option_id,
    items.size,
    items.warehouse,
    items.sku,
    needs.is_planned,
    needs.why_not_planned,
    levels.demand_basis,
    levels.daily_demand,
    lead_days.lead_days,
    lead_days.lead_basis,
    lead_days.mean_lead_days,
    lead_days.sd_lead_days,
    settings.review_days,
    settings.service_level::decimal(18, 4) as service_level,
    levels.safety_stock,
    levels.reorder_point,
    levels.order_up_to,
    items.available,
    items.incoming_quantity,
    needs.position,
    needs.surplus_quantity,
    settings.min_stock,
    settings.max_stock,
    settings.moq,
    settings.multiple,
    settings.source,
    settings.setting_row,
    costs.unit_cost,
    costs.currency,
    costs.cost_basis,
    goods.name
from core.replenishment_items as items
inner join core.replenishment_settings as settings using (product_option_id, size, warehouse)
inner join core.replenishment_lead_days as lead_days using (product_option_id, size, warehouse)
inner join core.replenishment_levels as levels using (product_option_id, size, warehouse)
inner join core.replenishment_needs as needs using (product_option_id, size, warehouse)
left join core.item_costs as costs using (product_option_id, size)
left join core.items as goods using (product_option_id, size)
