/*
about: >-
  How much each item matters at each warehouse, and how steadily it sells. One row per option, size
  and warehouse that ever sold.
grain: [product_option_id, size, warehouse]
sorted_by: [sku, warehouse]
example: |
  -- Where does the money move, and how steadily?
  select abc, steadiness, count(*) as items, sum(left_value) as value from planning.item_classes
  group by all order by all
columns:
  product_option_id: Cin7 id of the option.
  size: Size of the item; '' when unsized.
  warehouse: Warehouse.
  sku: Code of the item, verbatim.
  abc: A for the items that make up the first 80 % of what left the warehouse at cost in the last 52
    weeks, B up to 95 %, C for the rest; null where no cost is known or nothing left.
  steadiness: Of the last 26 weeks; smooth, erratic (amounts differ), intermittent (weeks without
    sales) or lumpy (both); null where nothing left.
  left_quantity: Units that left less units that came back in the last 52 weeks, in stocking units,
    over all channels.
  left_value: These at cost, in the currency beside it; null where no cost is known.
  currency: The account's base currency (ISO code); null where no document says it.
  cost_basis: last_purchase, cost_price or cost_price_converted; null where no cost is known.
  week_count: Weeks of the last 26 since its first sale.
  sale_week_count: Those of them with sales; intermittent where fewer than three of four.
  variation: Squared coefficient of variation of what left in these; erratic from 0.49 on.
  last_left_on: Day on which the last unit left, local date; null where none did.
  name: Name of the product.
checks:
  abc_is_known: abc in ('A', 'B', 'C')
  steadiness_is_known: steadiness in ('smooth', 'erratic', 'intermittent', 'lumpy')
*/
with

valued as (
    select
        leavings.*,
        items.sku,
        items.name,
        costs.currency,
        costs.cost_basis,
        (leavings.left_quantity::decimal(38, 4) * costs.unit_cost)::decimal(18, 4) as left_value
    from core.last_leavings as leavings
    inner join core.items as items using (product_option_id, size)
    left join core.item_costs as costs using (product_option_id, size)
),

ranked as (
    select
        *,
        sum(greatest(left_value, 0)) over (
            partition by warehouse
            order by left_value desc, product_option_id asc, size asc
            rows between unbounded preceding and 1 preceding
        ) / nullif(sum(greatest(left_value, 0)) over (partition by warehouse), 0) as share_before
    from valued
)

select
    ranked.product_option_id,
    ranked.size,
    ranked.warehouse,
    ranked.sku,
    case
        when ranked.left_value is null or ranked.left_value <= 0 then null
        when coalesce(ranked.share_before, 0) < 0.8 then 'A'
        when ranked.share_before < 0.95 then 'B'
        else 'C'
    end as abc,
    classes.steadiness,
    ranked.left_quantity,
    ranked.left_value,
    ranked.currency,
    ranked.cost_basis,
    ranked.week_count,
    ranked.sale_week_count,
    round(ranked.variation, 4)::decimal(18, 4) as variation,
    ranked.last_left_on,
    ranked.name
from ranked
left join core.steadiness_classes as classes
    on
        ranked.week_count / nullif(ranked.sale_week_count, 0) >= classes.least_interval
        and ranked.week_count / nullif(ranked.sale_week_count, 0) < classes.below_interval
        and ranked.variation >= classes.least_variation
        and ranked.variation < classes.below_variation
