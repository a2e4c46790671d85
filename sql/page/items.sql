/*
title: Items
about: What the search finds; items that matter first.
shown_as: items
place: 12
*/
with

open_documents as (
    select
        product_option_id,
        size,
        destination_warehouse as warehouse,
        string_agg(
            distinct order_number, ', ' order by order_number
        ) as open_orders
    from planning.replenishments
    where state = 'Active' and open_quantity > 0
    group by product_option_id, size, destination_warehouse
)

select
    positions.sku,
    positions.name,
    positions.warehouse,
    positions.supplier_name as supplier,
    products.barcode,
    positions.on_hand,
    positions.available,
    positions.incoming_quantity as on_its_way,
    round(positions.daily_demand, 2) as a_day,
    positions.runs_out_on as runs_out,
    positions.next_receipt_on as next_delivery,
    positions.order_by_on as order_by,
    positions.suggested_quantity as order_units,
    positions.last_left_on as last_left,
    positions.stock_value as stock_at_cost,
    open_documents.open_orders
from planning.positions as positions
left join planning.products as products using (product_option_id, size)
left join open_documents using (product_option_id, size, warehouse)
order by
    positions.abc asc nulls last,
    positions.daily_demand desc,
    positions.sku asc,
    positions.warehouse asc
