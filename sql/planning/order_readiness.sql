/*
about: >-
  Why an open order is not on its way to the carrier: each undispatched order against the five
  things that shipping software asks of it, drafts included. One row per order that is neither
  dispatched nor void nor deleted in Cin7.
grain: [sales_order_id]
example: |
  -- What keeps open orders from being shipped?
  select missing, count(*) as orders, sum(open_value_base) as value from planning.order_readiness
  where not is_ready group by missing order by orders desc
columns:
  sales_order_id: Cin7 id of the sales order.
  order_number: Reference of the order in Cin7.
  is_approved: True once the order is approved.
  is_fully_picked: True where its stage is Fully Picked, whatever the letter case.
  is_recent: True where it was created within the last 60 days, or is to be delivered in them or
    later.
  has_delivery_country: True where the address to deliver to names a country.
  has_dispatch_quantity: True where some line, kit components aside, has a shipped quantity.
  is_ready: True where all five are given.
  missing: >-
    Those that are not, in this order: approved, fully_picked, recent, delivery_country,
    dispatch_quantity; null when ready.
  customer: Company of the customer, as on the order; null where it names none.
  due_on: Day of delivery that was asked for, local date; null where Cin7 has a day that cannot be.
  open_quantity: Units left to ship of items, in stocking units; 0 of drafts.
  open_value_base: Their value without tax in base currency; null where it is not known.
  has_stock: >-
    True where of each of its items that is kept its warehouse has as much on hand as is left to
    ship; null where nothing is.
checks:
  ready_or_what_is_missing: is_ready = (missing is null)
*/
with

shipped_orders as (
    select distinct document_id
    from core.document_lines
    where document_kind = 'sales_order' and not is_component and fulfilled_quantity > 0
),

asked as (
    select
        sales_order_id,
        product_option_id,
        size,
        warehouse,
        sum(open_quantity) as open_quantity,
        sum(open_value_base) as open_value_base,
        bool_or(open_value_base is null) as is_value_unknown
    from planning.open_sales_lines
    group by sales_order_id, product_option_id, size, warehouse
),

left_to_ship as (
    select
        asked.sales_order_id,
        sum(asked.open_quantity)::decimal(18, 4) as open_quantity,
        case when not bool_or(asked.is_value_unknown) then sum(asked.open_value_base) end
        ::decimal(18, 4) as open_value_base,
        bool_and(
            not coalesce(items.is_sold_from_stock, true)
            or coalesce(stock.on_hand, 0) >= asked.open_quantity
        ) as has_stock
    from asked
    left join core.items as items using (product_option_id, size)
    left join planning.inventory as stock using (product_option_id, size, warehouse)
    group by asked.sales_order_id
),

criteria as (
    select
        orders.sales_order_id,
        orders.order_number,
        nullif(trim(orders.company), '') as customer,
        sales.due_on,
        documents.is_approved,
        coalesce(lower(trim(orders.stage)) = 'fully picked', false) as is_fully_picked,
        coalesce(orders.created_on >= today.today_on - 60, false)
        or coalesce(sales.due_on >= today.today_on - 60, false)
            as is_recent,
        coalesce(trim(orders.delivery_country) <> '', false) as has_delivery_country,
        shipped_orders.document_id is not null as has_dispatch_quantity
    from staging.sales_orders as orders
    inner join core.documents as documents
        on
            documents.document_kind = 'sales_order'
            and orders.sales_order_id = documents.document_id
    inner join core.sales_orders as sales using (sales_order_id)
    cross join core.today as today
    left join shipped_orders on orders.sales_order_id = shipped_orders.document_id
    where
        documents.completed_on is null
        and not documents.is_void
        and not documents.is_deleted
)

select
    sales_order_id,
    order_number,
    is_approved,
    is_fully_picked,
    is_recent,
    has_delivery_country,
    has_dispatch_quantity,
    is_approved and is_fully_picked and is_recent and has_delivery_country
    and has_dispatch_quantity as is_ready,
    nullif(
        concat_ws(
            ', ',
            case when not is_approved then 'approved' end,
            case when not is_fully_picked then 'fully_picked' end,
            case when not is_recent then 'recent' end,
            case when not has_delivery_country then 'delivery_country' end,
            case when not has_dispatch_quantity then 'dispatch_quantity' end
        ),
        ''
    ) as missing,
    customer,
    due_on,
    coalesce(left_to_ship.open_quantity, 0)::decimal(18, 4) as open_quantity,
    left_to_ship.open_value_base,
    left_to_ship.has_stock
from criteria
left join left_to_ship using (sales_order_id)
