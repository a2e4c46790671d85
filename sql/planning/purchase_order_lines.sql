/*
about: >-
  What was bought, received and is still to come, orders of every state. One row per order line
  and size.
grain: [purchase_order_id, line_id, size]
example: |
  -- What is still to come from suppliers, and what is it worth?
  select order_number, supplier_name, eta_on, sum(open_quantity) as units,
      sum(open_value_base) as value from planning.purchase_order_lines where state = 'Active'
  group by all order by eta_on
columns:
  purchase_order_id: Cin7 id of the purchase order.
  line_id:
  size: Size of the item; '' when unsized.
  order_number: Reference of the order in Cin7.
  status: Status of the order in Cin7 (DRAFT, APPROVED or VOID).
  state: Draft, Active, Delivered or Archived; a received order is Delivered, a void one Archived.
  supplier_id: Cin7 id of the supplier; null where the order has none.
  branch_id: Cin7 id of the branch that receives; null where the order has none.
  warehouse: Warehouse of that branch; unmapped where the branch is not known.
  product_option_id: Cin7 id of the option.
  sku: Code of the item, verbatim.
  ordered_quantity: Units ordered, in stocking units.
  received_quantity: Units received, in stocking units.
  open_quantity: Units still to come, in stocking units; 0 once Delivered or Archived.
  unit_cost: Buying price of a unit, in document currency.
  currency:
  created_on: Day the order was created, local date; this and the others are null where Cin7 has a
    date that cannot be (data_issues date_implausible).
  eta_on: Estimated time of arrival as entered in Cin7, local date.
  received_on: Day of full receipt, local date; null until it has come.
  etd_on: Estimated time of delivery as entered in Cin7 (of departure where CIN7_ETD_MEANS says so),
    local date.
  name: Name of the product.
  supplier_name: Company of the supplier, as on the order.
  unit_cost_base: >-
    unit_cost less the line's discount and its share of the discount of the whole order, without
    tax, in the account's base currency by the order's own rate; null where tax or rate are not
    known (data_issues amount_unknown).
  open_value_base: open_quantity times unit_cost_base, in base currency; null where that is.
  amount_basis: >-
    How unit_cost_base comes from unit_cost; as_entered, less_tax, converted or
    less_tax_converted, as in planning.sales_lines.
checks:
  state_is_known: state in ('Draft', 'Active', 'Delivered', 'Archived')
  open_quantity_is_not_negative: open_quantity >= 0
  nothing_is_open_when_done: state in ('Draft', 'Active') or open_quantity = 0
  ordered_quantity_is_not_negative: {expect: ordered_quantity >= 0, severity: warn}
*/
with

discounts as (
    select
        purchase_order_id,
        line_id,
        discount::double / (quantity::double * unit_price) as discount_share
    from staging.purchase_order_lines
    where discount > 0 and quantity > 0 and discount::double <= quantity::double * unit_price
),

net_lines as (
    select
        lines.*,
        lines.unit_cost * (1 - coalesce(discounts.discount_share, 0)) as net_unit_cost
    from core.purchase_order_lines as lines
    left join discounts using (purchase_order_id, line_id)
)

select
    orders.purchase_order_id,
    lines.line_id,
    lines.size,
    orders.order_number,
    orders.status,
    orders.state,
    orders.supplier_id,
    orders.branch_id,
    orders.warehouse,
    lines.product_option_id,
    lines.sku,
    lines.ordered_quantity,
    lines.received_quantity,
    lines.open_quantity,
    lines.unit_cost,
    orders.currency,
    orders.created_on,
    orders.eta_on,
    orders.received_on,
    orders.etd_on,
    goods.name,
    orders.supplier as supplier_name,
    try_cast(round(lines.net_unit_cost * amounts.base_factor, 4) as decimal(18, 4))
        as unit_cost_base,
    try_cast(
        round(lines.open_quantity::double * lines.net_unit_cost * amounts.base_factor, 4)
        as decimal(18, 4)
    ) as open_value_base,
    amounts.amount_basis
from net_lines as lines
inner join core.purchase_orders as orders using (purchase_order_id)
inner join core.document_amounts as amounts
    on
        amounts.document_kind = 'purchase_order'
        and lines.purchase_order_id = amounts.document_id
left join core.items as goods using (product_option_id, size)
