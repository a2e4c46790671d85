/*
title: Late
about: >-
  Purchase orders and transfers that should be here, longest overdue first, with the value of
  purchases without tax in base currency; ask for a new date and enter it in Cin7.
shown_as: table
place: 3
limit: 12
nothing: Nothing is late.
*/
select
    late.order_number,
    late.source,
    late.destination_warehouse as warehouse,
    min(late.promised_on) as promised_on,
    any_value(late.expected_on order by late.expected_on) as planned_for,
    bool_and(not late.is_counted) as not_counted_on,
    sum(late.open_quantity) as units,
    sum(lines.open_value_base) as value
from planning.replenishments as late
left join planning.purchase_order_lines as lines
    on
        late.kind = 'purchase_order'
        and late.document_id = lines.purchase_order_id
        and late.line_id = lines.line_id
        and late.size = lines.size
where late.is_overdue and late.state = 'Active' and late.open_quantity > 0
group by
    late.kind, late.document_id, late.order_number, late.source, late.destination_warehouse
order by promised_on, late.order_number
