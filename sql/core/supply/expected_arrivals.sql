/*
about: When each purchase order and transfer is expected, and why; one row per document.
grain: [kind, document_id]
columns:
  kind:
  document_id:
  expected_on: Day it is expected or was received, local date; null where unknown.
  expected_on_basis: received, eta (Cin7's date), lead_time (usual days of the lane) or unknown.
  is_past: True where that day is before today.
  if_late_on: Day it is expected if it is late by now, local date; today plus the days that its
    lane is usually late, 0 where unknown.
checks:
  a_date_has_a_basis: (expected_on is null) = (expected_on_basis = 'unknown')
*/
with

documents as (
    select
        'purchase_order' as kind,
        purchase_order_id as document_id,
        lane,
        case when state = 'Delivered' then received_on end as received_on,
        eta_on,
        created_on as started_on
    from core.purchase_orders
    union all
    select
        'transfer' as kind,
        transfer_id as document_id,
        lane,
        case when state = 'Delivered' then received_on end as received_on,
        null as eta_on,
        case when state = 'Active' then dispatched_on end as started_on
    from core.transfers
),

-- Medians over the received documents of a lane, in whole days.
lane_days as (
    select
        kind,
        lane,
        quantile_disc(days, 0.5) as usual_days,
        quantile_disc(late_days, 0.5) as usual_late_days
    from core.receipt_observations
    group by kind, lane
),

arrivals as (
    select
        documents.kind,
        documents.document_id,
        coalesce(
            documents.received_on, documents.eta_on, documents.started_on + lane_days.usual_days
        ) as expected_on,
        case
            when documents.received_on is not null then 'received'
            when documents.eta_on is not null then 'eta'
            when documents.started_on + lane_days.usual_days is not null then 'lead_time'
            else 'unknown'
        end as expected_on_basis,
        coalesce(lane_days.usual_late_days, 0) as usual_late_days
    from documents
    left join lane_days using (kind, lane)
)

select
    arrivals.kind,
    arrivals.document_id,
    arrivals.expected_on,
    arrivals.expected_on_basis,
    coalesce(arrivals.expected_on < today.today_on, false) as is_past,
    today.today_on + arrivals.usual_late_days as if_late_on
from arrivals
cross join core.today as today
