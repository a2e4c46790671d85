/*
title: Today
about: What the morning looks like.
shown_as: tiles
place: 1
*/
-- What is unmapped lies on no shelf: documents without a branch would be out of stock for ever.
with

today as (
    select min(day_on) as today_on
    from planning.projected_stock
),

late as (
    select
        kind,
        document_id,
        sum(open_quantity) as units
    from planning.replenishments
    where is_overdue and state = 'Active' and open_quantity > 0
    group by kind, document_id
),

tiles as (
    select
        1 as place,
        'out of stock, with demand' as label,
        count(*) as value,
        'items and warehouses' as note
    from planning.positions
    where is_out and warehouse <> 'unmapped'
    union all
    select
        2 as place,
        'run out before the next delivery' as label,
        count(*) as value,
        'within 30 days' as note
    from planning.positions
    cross join today
    where
        not is_out
        and warehouse <> 'unmapped'
        and runs_out_on <= today.today_on + 30
        and (next_receipt_on is null or next_receipt_on > runs_out_on)
    union all
    select
        3 as place,
        'to buy within a week' as label,
        round(sum(orders.value)) as value,
        max(orders.currency) as note
    from planning.suggested_orders as orders
    cross join today
    where orders.kind = 'purchase_order' and orders.order_by_on <= today.today_on + 7
    union all
    select
        4 as place,
        'late deliveries' as label,
        count(*) as value,
        format('{:,}', coalesce(sum(units), 0)::bigint) || ' units' as note
    from late
    union all
    select
        5 as place,
        'in stock (%)' as label,
        round(100.0 * avg((not is_out)::integer), 1) as value,
        'of items with demand' as note
    from planning.positions
    where daily_demand > 0 and warehouse <> 'unmapped'
    union all
    select
        6 as place,
        'stock at cost' as label,
        round(sum(stock_value)) as value,
        max(currency) as note
    from planning.positions
)

select
    label,
    value,
    note
from tiles
order by place
