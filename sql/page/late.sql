/*
title: Late
about: >-
  Purchase orders and transfers that should be here, the latest first; ask for a new date and enter
  it in Cin7.
shown_as: table
place: 3
limit: 12
nothing: Nothing is late.
*/
select
    order_number,
    source,
    destination_warehouse as warehouse,
    min(promised_on) as promised_on,
    any_value(expected_on order by expected_on) as planned_for,
    bool_and(not is_counted) as not_counted_on,
    sum(open_quantity) as units
from planning.replenishments
where is_overdue and state = 'Active' and open_quantity > 0
group by kind, document_id, order_number, source, destination_warehouse
order by promised_on, order_number
