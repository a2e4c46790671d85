/*
about: >-
  Dispatched sales history: what was shipped, who ordered it and the day it counts for.
  What a rule leaves out is in planning.excluded_lines. One row per order line and size.
grain: [sales_order_id, line_id, size]
sorted_by: [sold_on, sku]
joins_as_written: true
example: |
  -- What did each channel sell this month, without tax and in our currency?
  select channel, sum(quantity) as units, sum(net_amount_base) as amount,
      sum(margin_base) as margin from planning.sales_lines
  where sold_on >= date_trunc('month', current_date) group by channel order by amount desc
columns:
  sales_order_id: Cin7 id of the sales order.
  line_id:
  size: Size of the item; '' when unsized.
  order_number: Reference of the order in Cin7.
  channel: Sales channel by the settings, else the order's source, else Direct.
  source: Where the order came from, as in Cin7.
  branch_id: Cin7 id of the order's branch; null where it has none.
  warehouse: Warehouse of that branch; unmapped where the branch is not known.
  product_option_id: Cin7 id of the option.
  sku: Code of the item, verbatim.
  quantity: Units sold, in stocking units; those that were shipped, or ordered where Cin7 has
    nothing of the order as shipped, and of services and kits that are shipped by their components.
  unit_price: Price of a unit, in document currency; with tax where tax_status is Incl.
  discount: Discount on the units of the row, in document currency; the line's is shared out with
    what was shipped of it.
  net_amount: Quantity times unit price less discount, in document currency; with tax where
    tax_status is Incl.
  currency: Currency of the order (ISO code).
  created_on: Day the order was created, local date.
  dispatched_on: Day the order was dispatched, local date.
  invoiced_on: Day of the invoice, local date; null before it, and where Cin7 has a day that
    cannot be (data_issues invoiced_in_future, date_implausible).
  sold_on: Day the sale counts for, local date; the invoice's, else the dispatch's. Never after
    today.
  sold_on_basis: invoice or dispatch, whichever gave sold_on.
  customer_id: Cin7 id of the customer; null where the order has none.
  customer_group: Group of the customer in Cin7.
  ordered_quantity: Units ordered, in stocking units.
  tax_status: Whether prices include tax (Incl, Excl or Exempt), as in Cin7.
  order_root: Reference of the order that this one was split from, else its own; SO-1 for SO-1-A
    where the same customer has an order SO-1.
  net_amount_excl_tax: >-
    net_amount less order_discount, without tax, in document currency; null where Cin7 does not say
    whether prices hold tax, or how much (data_issues amount_unknown).
  net_amount_base: >-
    The same in the account's base currency, by the order's own rate; null where either is not
    known. Add up this one.
  amount_basis: >-
    How net_amount_base comes from net_amount; as_entered, less_tax (by the order's tax rate),
    converted (by its currency rate) or less_tax_converted; null where it is not known.
  cost_base: >-
    What the units cost, in base currency; null where no cost is known.
  cost_basis: >-
    Where it is from; order_line (the cost that Cin7 has on the line), else as in
    planning.item_classes.
  margin_base: net_amount_base less cost_base; null where either is not known.
  order_discount: >-
    What the discount of the whole order takes off net_amount, shared out over its lines by what
    they come to, in document currency; net_amount_excl_tax and what follows are less it.
checks:
  quantity_is_not_null: quantity is not null
  sold_on_is_not_null: sold_on is not null
  dispatch_is_not_null: dispatched_on is not null
  basis_is_known: sold_on_basis in ('invoice', 'dispatch')
  net_amount_adds_up: net_amount = round(quantity::decimal(38, 4) * unit_price - discount, 4)
  quantity_is_not_negative: quantity >= 0
*/
with

costed_lines as (
    select
        lines.*,
        lines.quantity * coalesce(sold.unit_cost, costs.unit_cost)::double as cost,
        case when sold.unit_cost is not null then 'order_line' else costs.cost_basis end
            as cost_basis
    from core.included_lines as lines
    left join core.item_costs as costs using (product_option_id, size)
    left join staging.sales_order_lines as sold
        on
            lines.document_id = sold.sales_order_id
            and lines.line_id = sold.line_id
            and sold.unit_cost > 0
    where lines.document_kind = 'sales_order'
)

select
    orders.sales_order_id,
    lines.line_id,
    lines.size,
    orders.order_number,
    attributes.channel,
    orders.source,
    orders.branch_id,
    attributes.warehouse,
    lines.product_option_id,
    lines.sku,
    lines.quantity,
    lines.unit_price,
    lines.discount,
    lines.value as net_amount,
    orders.currency,
    orders.created_on,
    orders.dispatched_on,
    sales.invoiced_on,
    sales.sold_on,
    sales.sold_on_basis,
    orders.customer_id,
    attributes.customer_group,
    lines.ordered_quantity,
    orders.tax_status,
    sales.original_order_number as order_root,
    try_cast(round(lines.value * amounts.net_factor, 4) as decimal(18, 4)) as net_amount_excl_tax,
    try_cast(round(lines.value * amounts.base_factor, 4) as decimal(18, 4)) as net_amount_base,
    amounts.amount_basis,
    try_cast(round(lines.cost, 4) as decimal(18, 4)) as cost_base,
    lines.cost_basis,
    try_cast(round(lines.value * amounts.base_factor - lines.cost, 4) as decimal(18, 4))
        as margin_base,
    try_cast(round(lines.value * amounts.discount_share, 4) as decimal(18, 4)) as order_discount
from costed_lines as lines
inner join staging.sales_orders as orders on lines.document_id = orders.sales_order_id
inner join core.sales_orders as sales using (sales_order_id)
inner join core.document_attributes as attributes using (document_kind, document_id)
inner join core.document_amounts as amounts using (document_kind, document_id)
