/*
about: Each order with units left to ship is in order_readiness, approved.
*/
select distinct lines.sales_order_id
from planning.open_sales_lines as lines
left join planning.order_readiness as readiness using (sales_order_id)
where not coalesce(readiness.is_approved, false)
