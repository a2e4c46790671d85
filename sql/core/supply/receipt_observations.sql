/*
about: >-
  How long received documents took and how late they were, from which lead times and lateness
  are measured; without deleted documents and those without a lane. One row per document.
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
    purchase_order_id as document_id,
    lane,
    supplier as lane_name,
    (received_on - created_on)::integer as days,
    case
        when received_on > eta_on then received_on - eta_on
        when eta_on is not null then 0
    end::integer as late_days
from core.purchase_orders
where state = 'Delivered' and not is_deleted and received_on is not null and lane is not null
union all
select
    'transfer' as kind,
    transfer_id as document_id,
    lane,
    lane as lane_name,
    (received_on - dispatched_on)::integer as days,
    null::integer as late_days
from core.transfers
where state = 'Delivered' and not is_deleted and lane is not null
