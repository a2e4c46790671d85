/*
about: >-
  What is to be ordered, as a suggestion with every number that led to it: transfers of what other
  warehouses can spare first, purchases of the rest. Nothing is written to Cin7. One row per option,
  size, warehouse, kind and source.
grain: [product_option_id, size, warehouse, kind, source]
sorted_by: [order_by_on, source, sku]
example: |
  -- What is to be ordered today, from whom?
  select source, sku, name, warehouse, quantity, value, currency, order_by_on
  from planning.suggested_orders where order_by_on <= current_date order by source, sku
columns:
  product_option_id:
  size: Size of the item; '' when unsized.
  warehouse: Warehouse that receives.
  kind: transfer or purchase_order.
  source: Warehouse that sends, or company of the supplier; no supplier where the product has none.
  sku: The item's sku.
  name:
  supplier_id: Cin7 id of the supplier; null for transfers and where the product has none.
  quantity: Units to order, in stocking units.
  order_by_on: Last day to order so that it comes by needed_on, local date.
  needed_on: First day on which the warehouse would be below its reserve, local date.
  is_late: True where order_by_on has passed, so that it comes too late unless it comes faster.
  value: Quantity times unit cost, in the currency beside it; null where no cost is known.
  currency: The account's base currency (ISO code).
  cost_basis: What the cost is; last_purchase (price without tax on the last received purchase
    order), cost_price or cost_price_converted (Cin7's price column); null where none is known.
  daily_demand:
  demand_basis:
  lead_days: Days from order to receipt, from this source.
  lead_basis: Where lead_days is from; setting, item (80 % of its deliveries came within them), lane
    (of all deliveries of the supplier, or between the warehouses), all_lanes or default.
  review_days:
  service_level: Chance that a cycle ends without a stock-out.
  safety_stock:
  reorder_point:
  order_up_to:
  position: Units available and on their way to the warehouse, in stocking units; as
    item_policies.position says, at least nothing on hand.
  limit_applied: What made the quantity another than quantity_before_limits; moq, multiple,
    max_stock or surplus (the source has no more to spare), with commas between them; else null.
  setting_row:
  quantity_before_limits: Units up to order_up_to, in stocking units; of a purchase without what
    transfers bring, and with what warehouses lack that are replenished from this one.
checks:
  something_is_ordered: quantity > 0
  a_day_before_is_given: order_by_on <= needed_on
  a_difference_has_a_limit: quantity = quantity_before_limits or limit_applied is not null
*/
with

lanes as (
    select
        transfers.*,
        coalesce(
            lanes.p80_days, kinds.p80_days, getvariable('default_transfer_days')
        )::integer as lead_days,
        case
            when lanes.p80_days is not null then 'lane'
            when kinds.p80_days is not null then 'all_lanes'
            else 'default'
        end as lead_basis
    from core.suggested_transfers as transfers
    left join core.lane_days as lanes
        on
            lanes.kind = 'transfer'
            and transfers.source_warehouse || ' → ' || transfers.warehouse = lanes.lane
    left join core.lane_days as kinds on kinds.kind = 'transfer' and kinds.lane = ''
),

transfers as (
    select
        lanes.product_option_id,
        lanes.size,
        lanes.warehouse,
        'transfer' as kind,
        lanes.source_warehouse as source,
        null::bigint as supplier_id,
        lanes.quantity,
        needs.lacking_quantity as quantity_before_limits,
        needs.needed_on,
        coalesce(own_lane.lead_days, lanes.lead_days) as lead_days,
        coalesce(own_lane.lead_basis, lanes.lead_basis) as lead_basis,
        case
            when lanes.quantity > needs.lacking_quantity then 'multiple'
            when lanes.quantity < needs.lacking_quantity and lanes.quantity = needs.needed_quantity
                then 'max_stock'
            when lanes.quantity < needs.lacking_quantity then 'surplus'
        end as limit_applied
    from lanes
    inner join core.replenishment_needs as needs using (product_option_id, size, warehouse)
    inner join core.replenishment_settings as settings using (product_option_id, size, warehouse)
    left join core.replenishment_lead_days as own_lane
        on
            lanes.product_option_id = own_lane.product_option_id
            and lanes.size = own_lane.size
            and lanes.warehouse = own_lane.warehouse
            and lanes.source_warehouse = settings.source
),

purchases as (
    select
        purchases.product_option_id,
        purchases.size,
        purchases.warehouse,
        'purchase_order' as kind,
        coalesce(items.supplier, 'no supplier') as source,
        items.supplier_id,
        purchases.quantity,
        purchases.quantity_before_limits,
        purchases.needed_on,
        lead_days.lead_days,
        lead_days.lead_basis,
        nullif(
            concat_ws(
                ', ',
                case when settings.moq > purchases.quantity_before_limits then 'moq' end,
                case
                    when
                        not purchases.is_beyond_max_stock
                        and purchases.quantity
                        > greatest(purchases.quantity_before_limits, coalesce(settings.moq, 0))
                        then 'multiple'
                end,
                case when purchases.is_beyond_max_stock then 'max_stock' end
            ),
            ''
        ) as limit_applied
    from core.suggested_purchases as purchases
    inner join core.replenishment_items as items using (product_option_id, size, warehouse)
    inner join core.replenishment_settings as settings using (product_option_id, size, warehouse)
    inner join core.replenishment_lead_days as lead_days
        using (product_option_id, size, warehouse)
),

orders as (
    select * from transfers
    union all by name
    select * from purchases
)

select
    orders.product_option_id,
    orders.size,
    orders.warehouse,
    orders.kind,
    orders.source,
    policies.sku,
    products.name,
    orders.supplier_id,
    orders.quantity,
    orders.needed_on - orders.lead_days as order_by_on,
    orders.needed_on,
    orders.needed_on - orders.lead_days < today.today_on as is_late,
    (orders.quantity::decimal(38, 4) * policies.unit_cost)::decimal(18, 4) as value,
    policies.currency,
    policies.cost_basis,
    policies.daily_demand,
    policies.demand_basis,
    orders.lead_days,
    orders.lead_basis,
    policies.review_days,
    policies.service_level,
    policies.safety_stock,
    policies.reorder_point,
    policies.order_up_to,
    policies.position,
    orders.limit_applied,
    policies.setting_row,
    orders.quantity_before_limits
from orders
inner join planning.item_policies as policies using (product_option_id, size, warehouse)
inner join core.items as items using (product_option_id, size)
left join staging.products as products on items.product_id = products.product_id
cross join core.today as today
