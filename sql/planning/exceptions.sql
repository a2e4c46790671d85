/*
about: >-
  What a planner should look at first thing in the morning, each with units, value, the day that
  matters and one sentence. One row per kind, option, size, warehouse and document.
grain: [kind, product_option_id, size, warehouse, document_id]
sorted_by: [kind, on_date, sku]
example: |
  -- What needs a decision today, the dearest first?
  select kind, sku, name, warehouse, units, value, on_date, sentence from planning.exceptions
  order by value desc nulls last limit 20
columns:
  kind: out_of_stock, runs_out_before_supply, at_risk (possible before an order of today could come,
    if demand is high), order_today, late_purchase_order, late_transfer, lost_sales, unusual_sales,
    excess, dead_stock or new_item.
  product_option_id: Cin7 id of the option.
  size: Size of the item; '' when unsized.
  warehouse: Warehouse; of what is late, the one that waits for it.
  document_id: Cin7 id of the late document; 0 where there is none.
  sku: Code of the item, verbatim; null where it is no item of the product list.
  name: Name of the product.
  abc:
  source: Supplier, or the sending warehouse, of what is late; else the supplier of the product.
  order_number: Reference of the late document; null where there is none.
  units: Units, in stocking units; of what is or runs out those that demand takes on days without
    stock before an order of today could come, at risk the reserve, to order the quantity, late what
    is still to come, lost what stock-outs of the last 28 days cost, unusual what is beyond usual
    days, excess what is available beyond order_up_to and 180 days of demand, dead what is on hand,
    new what is available.
  value: These at cost, in the currency beside it; null where no cost is known.
  currency: The account's base currency (ISO code).
  cost_basis: What the cost is; last_purchase (price without tax on the last received purchase
    order), cost_price or cost_price_converted (Cin7's price column); null where none is known.
  on_date: The day that matters, local date; of stock that runs out, is late, is to be ordered or
    was sold the day of that, of excess the day until which it lasts, of dead stock the day on which
    the last unit left (or the item was created), of a new item its creation.
  sentence: What is the case, in words.
checks:
  sentence_is_not_null: sentence is not null
*/
with

found as (
    select
        kind,
        product_option_id,
        size,
        warehouse,
        0::bigint as document_id,
        null::varchar as order_number,
        null::varchar as source,
        units,
        on_date,
        sentence
    from core.stock_exceptions
    union all by name
    select
        kind,
        product_option_id,
        size,
        warehouse,
        0::bigint as document_id,
        units,
        on_date,
        sentence
    from core.sales_exceptions
    union all by name
    select
        kind,
        product_option_id,
        size,
        warehouse,
        document_id,
        order_number,
        source,
        units,
        on_date,
        sentence
    from core.supply_exceptions
)

select
    found.kind,
    found.product_option_id,
    found.size,
    found.warehouse,
    found.document_id,
    items.sku,
    products.name,
    classes.abc,
    coalesce(found.source, pairs.supplier) as source,
    found.order_number,
    found.units,
    (found.units::decimal(38, 4) * costs.unit_cost)::decimal(18, 4) as value,
    costs.currency,
    costs.cost_basis,
    found.on_date,
    found.sentence
    || case
        when demand.demand_basis = 'recent_mean' and found.kind not like 'late%'
            then
                '; its demand is known of only '
                || case demand.day_count when 1 then '1 day' else demand.day_count || ' days' end
        else ''
    end
    || case
        when stock.below_zero_quantity > 0 and found.kind in ('out_of_stock', 'order_today')
            then
                '; Cin7 has ' || format('{:,.15g}', round(stock.on_hand, 1))
                || ' on hand, which cannot be and counts as 0: count it'
        else ''
    end
    || case when costs.unit_cost is null then '; no cost is known' else '' end as sentence
from found
left join core.items as items using (product_option_id, size)
left join staging.products as products on items.product_id = products.product_id
left join core.item_costs as costs using (product_option_id, size)
left join core.replenishment_items as pairs using (product_option_id, size, warehouse)
left join core.stock_positions as stock using (product_option_id, size, warehouse)
left join core.replenishment_demand as demand using (product_option_id, size, warehouse)
left join planning.item_classes as classes using (product_option_id, size, warehouse)
