/*
about: >-
  How many days each lane usually takes: the median over its received documents, whole days.
  A purchase order runs from its creation, a transfer from its dispatch. One row per kind and lane.
grain: [kind, lane]
columns:
  kind: purchase_order or transfer.
  lane: Id of the supplier, or source → destination warehouse.
  usual_days: Median of the days from start to receipt.
  document_count: Number of received documents it rests on.
*/
with

receipts as (
    select
        'purchase_order' as kind,
        lane,
        received_on - created_on as days
    from core.purchase_orders
    where state = 'Delivered' and not is_gone
    union all
    select
        'transfer' as kind,
        lane,
        received_on - dispatched_on as days
    from core.transfers
    where state = 'Delivered' and not is_gone
)

select
    kind,
    lane,
    quantile_disc(days, 0.5)::integer as usual_days,
    count(*) as document_count
from receipts
where lane is not null and days is not null
group by kind, lane
