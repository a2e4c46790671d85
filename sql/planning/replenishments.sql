/*
about: >-
  Purchase orders and transfers side by side: what arrives where and when, and whether planning
  counts on it. One row per document line and size.
grain: [kind, document_id, line_id, size]
sorted_by: [expected_on, sku]
example: |
  -- What arrives in the next two weeks, and what is that day based on?
  select expected_on, expected_on_basis, order_number, source, destination_warehouse, sku,
      open_quantity from planning.replenishments
  where is_counted and expected_on < current_date + 14 order by expected_on
columns:
  kind:
  document_id:
  line_id:
  size: Size of the item; '' when unsized.
  order_number: Reference of the document in Cin7.
  source: Where it comes from; the supplier's company, or the sending warehouse.
  destination_warehouse: Warehouse it goes to; unmapped where the branch is not known.
  state: Draft, Active, Delivered or Archived.
  product_option_id: Cin7 id of the option.
  sku: Code of the item, verbatim.
  open_quantity: Units still to come, in stocking units.
  expected_on: Day it is expected or was received, local date; null where unknown, never of what is
    Active. What is overdue is expected today plus the days that its supplier is usually late, or
    when it was promised where it is overdue too long to count.
  expected_on_basis: Where promised_on is from; received (Cin7's day, also one to come), eta or etd
    (Cin7's dates), lead_time (usual days of the supplier or between the warehouses), all_lanes
    (usual days of all of them), default (of the settings) or unknown.
  is_overdue: True where it is on its way and should have been here before today.
  is_counted: True where planning counts on it.
  why_not_counted: First reason why planning does not count on it; null where it does.
  source_branch_or_supplier_id: Cin7 id of the supplier or of the branch that sends.
  promised_on: Day it was expected before it was overdue, local date; else as expected_on.
  name: Name of the product.
  lane: Cin7 id of the supplier as text, or source → destination warehouse (planning.lead_times).
checks:
  only_active_counts: not is_counted or state = 'Active'
  active_has_a_date: state <> 'Active' or expected_on is not null
  only_overdue_is_moved: is_overdue or expected_on is not distinct from promised_on
  counted_is_open: not is_counted or open_quantity > 0
  counted_or_why_not: is_counted = (why_not_counted is null)
*/
with

lines as (
    select
        'purchase_order' as kind,
        lines.purchase_order_id as document_id,
        lines.line_id,
        lines.size,
        lines.order_number,
        orders.supplier as source,
        lines.warehouse as destination_warehouse,
        lines.state,
        lines.product_option_id,
        lines.sku,
        lines.open_quantity,
        false as is_within_warehouse,
        lines.supplier_id as source_branch_or_supplier_id
    from planning.purchase_order_lines as lines
    inner join core.purchase_orders as orders using (purchase_order_id)
    union all
    select
        'transfer' as kind,
        transfer_id as document_id,
        line_id,
        size,
        order_number,
        source_warehouse as source,
        destination_warehouse,
        state,
        product_option_id,
        sku,
        open_quantity,
        source_warehouse = destination_warehouse as is_within_warehouse,
        source_branch_id as source_branch_or_supplier_id
    from planning.transfer_lines
),

judged as (
    select
        lines.*,
        arrivals.expected_on as promised_on,
        arrivals.expected_on_basis,
        arrivals.if_late_on,
        items.name,
        arrivals.is_too_late,
        lines.state = 'Active' and lines.open_quantity > 0 and arrivals.is_past as is_overdue,
        case
            when lines.state in ('Draft', 'Archived', 'Delivered') then lower(lines.state)
            when lines.open_quantity = 0 then 'nothing open'
            when lines.destination_warehouse = 'unmapped' then 'warehouse unmapped'
            when not warehouses.is_enabled then 'warehouse disabled'
            when lines.is_within_warehouse then 'same warehouse'
            when not items.is_stocked then 'not kept in stock'
            when arrivals.is_too_late then 'overdue too long'
        end as why_not_counted
    from lines
    inner join core.expected_arrivals as arrivals using (kind, document_id)
    left join core.warehouses as warehouses
        on lines.destination_warehouse = warehouses.warehouse
    left join core.items as items using (product_option_id, size)
)

select
    kind,
    document_id,
    line_id,
    size,
    order_number,
    source,
    destination_warehouse,
    state,
    product_option_id,
    sku,
    open_quantity,
    case when is_overdue and not is_too_late then if_late_on else promised_on end as expected_on,
    expected_on_basis,
    is_overdue,
    why_not_counted is null as is_counted,
    why_not_counted,
    source_branch_or_supplier_id,
    promised_on,
    name,
    case
        when kind = 'purchase_order' then source_branch_or_supplier_id::varchar
        else source || ' → ' || destination_warehouse
    end as lane
from judged
