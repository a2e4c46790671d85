/*
about: >-
  How long received documents took and how late they were, from which lead times and lateness
  are measured; without deleted documents, those without a lane, and those whose goods came before
  they had begun: nobody waited for them. One row per document.
grain: [kind, document_id]
columns:
  kind: purchase_order or transfer.
  document_id: Cin7 id of the document.
  lane: Id of the supplier, or source → destination warehouse.
  lane_name: Company of the supplier, or source → destination warehouse.
  days: Days from creation (purchase orders) or dispatch (transfers) to full receipt; null where
    the start is not known.
  late_days: Days received after the promised day, 0 where in time; null where none was promised.
*/
select
    'purchase_order' as kind,
    orders.purchase_order_id as document_id,
    orders.lane,
    orders.supplier as lane_name,
    (orders.received_on - orders.created_on)::integer as days,
    case
        when dates.promised_on is not null then greatest(orders.received_on - dates.promised_on, 0)
    end::integer as late_days
from core.purchase_orders as orders
inner join core.purchase_order_dates as dates using (purchase_order_id)
where
    orders.state = 'Delivered'
    and not orders.is_deleted
    and orders.received_on is not null
    and not dates.is_entered_late
    and orders.lane is not null
union all
select
    'transfer' as kind,
    transfer_id as document_id,
    lane,
    lane as lane_name,
    (received_on - dispatched_on)::integer as days,
    null::integer as late_days
from core.transfers
where
    state = 'Delivered'
    and not is_deleted
    and lane is not null
    and coalesce(received_on >= dispatched_on, true)
