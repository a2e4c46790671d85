/*
about: >-
  What is to be ordered today, and what should have come. One row per kind, option, size, warehouse
  and document.
grain: [kind, product_option_id, size, warehouse, document_id]
columns:
  kind: order_today, late_purchase_order or late_transfer.
  product_option_id: Cin7 id of the option.
  size: Size of the item; '' when unsized.
  warehouse: Warehouse that receives.
  document_id: Cin7 id of the late document; 0 where an order is to be made.
  order_number: Reference of the late document; null where an order is to be made.
  source: Supplier or warehouse that the late document is from; null where an order is to be made.
  units: Units to order, or still to come.
  on_date: Last day to order, or the day promised.
  sentence: What is the case, in words.
*/
select
    'order_today' as kind,
    orders.product_option_id,
    orders.size,
    orders.warehouse,
    0::bigint as document_id,
    null as order_number,
    null as source,
    sum(orders.quantity)::decimal(18, 4) as units,
    min(orders.order_by_on) as on_date,
    'Needed by ' || min(orders.needed_on) || ': ' || string_agg(
        case orders.kind when 'transfer' then 'transfer ' else 'buy ' end
        || format('{:,.15g}', round(orders.quantity, 1)) || ' from ' || orders.source,
        ', ' order by orders.kind desc, orders.source asc
    ) || case
        when min(orders.order_by_on) < min(today.today_on)
            then '; the day to order was ' || min(orders.order_by_on)
        else ''
    end as sentence
from planning.suggested_orders as orders
inner join core.today as today on orders.order_by_on <= today.today_on
group by orders.product_option_id, orders.size, orders.warehouse
union all
select
    'late_' || lines.kind as kind,
    lines.product_option_id,
    lines.size,
    lines.destination_warehouse as warehouse,
    lines.document_id,
    min(lines.order_number) as order_number,
    min(lines.source) as source,
    sum(lines.open_quantity)::decimal(18, 4) as units,
    min(lines.promised_on) as on_date,
    coalesce(min(lines.order_number), lines.document_id::varchar) || ' from '
    || coalesce(min(lines.source), 'unknown') || ' is '
    || min(today.today_on - lines.promised_on) || ' days late' || case
        when bool_and(lines.is_counted) then '; it is expected on ' || min(lines.expected_on)
        else '; planning no longer counts on it'
    end as sentence
from planning.replenishments as lines
cross join core.today as today
where lines.is_overdue and lines.product_option_id is not null
group by
    lines.kind,
    lines.product_option_id,
    lines.size,
    lines.destination_warehouse,
    lines.document_id
