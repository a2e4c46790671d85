/*
about: >-
  Approved, undispatched demand of every channel and warehouse, because all of it reserves
  stock. One row per order line and size with something left to ship.
grain: [sales_order_id, line_id, size]
example: |
  -- What is still owed to customers, and since when?
  select order_number, sku, name, open_quantity, open_value_base, due_on, age_days
  from planning.open_sales_lines order by age_days desc limit 20
columns:
  sales_order_id: Cin7 id of the sales order.
  line_id:
  size: Size of the item; '' when unsized.
  order_number: Reference of the order in Cin7.
  channel: Sales channel by the settings, else the order's source, else Direct.
  warehouse: Warehouse of the order's branch; unmapped where the branch is not known.
  product_option_id: Cin7 id of the option.
  sku: Code of the item, verbatim.
  ordered_quantity: Units ordered, in stocking units.
  shipped_quantity: Units shipped already, in stocking units.
  open_quantity: Units left to ship, in stocking units.
  due_on: Day of delivery that was asked for, local date; null where Cin7 has a day that cannot be.
  stage: The account's own free text for the order; decides nothing.
  age_days: Days since the order was created.
  is_stale: True where the order is older than the settings let an open order be.
  branch_id: Cin7 id of the order's branch; null where it has none.
  customer_id: Cin7 id of the customer; null where the order has none.
  is_included: False where its channel, customer group or warehouse would leave it out of sales.
  order_root: Reference of the order that this one was split from, else its own; SO-1 for SO-1-A
    where the same customer has an order SO-1.
  name: Name of the product.
  open_value: Price of what is left to ship less its share of the discount, in document currency.
  currency: Currency of the order (ISO code).
  open_value_base: >-
    open_value without tax in the account's base currency, by the order's own rate; null where
    either is not known (data_issues amount_unknown).
  amount_basis: >-
    How open_value_base comes from open_value; as_entered, less_tax, converted or
    less_tax_converted, as in planning.sales_lines.
checks:
  open_quantity_is_positive: open_quantity > 0
  open_is_ordered_less_shipped: open_quantity = ordered_quantity - shipped_quantity
*/
with

open_lines as (
    select
        line_number,
        size,
        not bool_or(
            rule in ('channel_excluded', 'customer_group_excluded', 'warehouse_disabled')
        ) as is_included
    from core.line_exclusions
    group by line_number, size
    having
        bool_or(rule = 'undispatched')
        and not bool_or(rule in ('kit_component', 'description_only'))
),

valued_lines as (
    select
        items.*,
        open_lines.is_included,
        (items.ordered_quantity - items.fulfilled_quantity)::decimal(18, 4) as open_quantity,
        try_cast(
            round(
                (items.ordered_quantity - items.fulfilled_quantity)
                * (
                    items.unit_price::double
                    - items.discount / case
                        when items.fulfilled_quantity > 0 then items.fulfilled_quantity
                        else items.ordered_quantity
                    end
                ),
                4
            ) as decimal(18, 4)
        ) as open_value
    from open_lines
    inner join core.document_line_items as items using (line_number, size)
    where items.ordered_quantity > items.fulfilled_quantity
)

select
    orders.sales_order_id,
    items.line_id,
    items.size,
    orders.order_number,
    attributes.channel,
    attributes.warehouse,
    items.product_option_id,
    items.sku,
    items.ordered_quantity,
    items.fulfilled_quantity as shipped_quantity,
    items.open_quantity,
    sales.due_on,
    orders.stage,
    (today.today_on - orders.created_on)::integer as age_days,
    coalesce(today.today_on - orders.created_on > getvariable('stale_after_days'), false)
        as is_stale,
    orders.branch_id,
    orders.customer_id,
    items.is_included,
    sales.original_order_number as order_root,
    goods.name,
    items.open_value,
    orders.currency,
    try_cast(round(items.open_value * amounts.base_factor, 4) as decimal(18, 4))
        as open_value_base,
    amounts.amount_basis
from valued_lines as items
inner join staging.sales_orders as orders on items.document_id = orders.sales_order_id
inner join core.sales_orders as sales using (sales_order_id)
inner join core.document_attributes as attributes using (document_kind, document_id)
inner join core.document_amounts as amounts using (document_kind, document_id)
left join core.items as goods using (product_option_id, size)
cross join core.today as today
