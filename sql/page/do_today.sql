/*
title: Do today
about: >-
  What runs out before an order of today could come, or has to be ordered now; the most valuable
  first.
shown_as: table
place: 2
limit: 15
nothing: Nothing has to be ordered today.
*/
select
    exceptions.sku,
    exceptions.name,
    exceptions.warehouse,
    positions.available,
    positions.daily_demand as a_day,
    positions.runs_out_on as runs_out,
    positions.next_receipt_on as next_delivery,
    positions.days_without,
    positions.order_by_on as order_by,
    positions.suggested_quantity as order_units,
    positions.supplier_name as supplier,
    exceptions.sentence as why
from planning.exceptions as exceptions
inner join planning.positions as positions using (product_option_id, size, warehouse)
where exceptions.kind in ('out_of_stock', 'runs_out_before_supply', 'order_today')
qualify
    row_number() over (
        partition by exceptions.product_option_id, exceptions.size, exceptions.warehouse
        order by exceptions.kind
    ) = 1
order by exceptions.value desc nulls last, positions.daily_demand desc, exceptions.sku asc
