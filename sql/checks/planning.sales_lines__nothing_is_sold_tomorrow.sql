/*
about: No sale counts for a day that has not come yet.
*/
select
    lines.sales_order_id,
    lines.line_id,
    lines.size,
    lines.sold_on
from planning.sales_lines as lines
cross join core.today as today
where lines.sold_on > today.today_on
