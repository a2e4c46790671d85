/*
title: Suppliers
about: Days from order to receipt, and how often on time and in full; who has most overdue first.
shown_as: table
place: 13
limit: 12
nothing: No supplier is known.
*/
select
    supplier_name as supplier,
    order_count as orders,
    p50_days,
    p95_days,
    round(100 * on_time_share) as on_time_percent,
    round(100 * in_full_share) as in_full_percent,
    overdue_quantity as units_overdue
from planning.suppliers
where order_count > 0
order by overdue_quantity desc, order_count desc, supplier_name asc
