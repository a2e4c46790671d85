/*
about: >-
  When each purchase order and transfer is expected, and why; everything Active has such a day. One
  row per document.
grain: [kind, document_id]
columns:
  kind:
  document_id:
  expected_on: Day it is expected or was received, local date; null where unknown, never of what is
    Active.
  expected_on_basis: received (Cin7's date, also one to come), eta or etd (Cin7's dates), lead_time
    (usual days of the lane), all_lanes (usual days of its kind, as nothing came on the lane yet),
    default (the days that the settings give, as nothing came at all) or unknown.
  is_past: True where that day is before today.
  if_late_on: Day it is expected if it is late by now, local date; today plus the days that its
    lane is usually late, 0 where unknown.
  is_too_late: True where it is overdue by more days than 19 of 20 deliveries of its lane are, at
    least a week; where fewer than five were promised, by more than the settings give.
checks:
  a_date_has_a_basis: (expected_on is null) = (expected_on_basis = 'unknown')
*/
with

documents as (
    select
        'purchase_order' as kind,
        purchase_order_id as document_id,
        orders.lane,
        case when orders.state = 'Delivered' then orders.received_on end as received_on,
        dates.promised_on,
        dates.promised_by,
        case
            when orders.state = 'Active' then coalesce(orders.created_on, today.today_on)
            else orders.created_on
        end as started_on,
        dates.leaves_on,
        getvariable('default_lead_days') as default_days
    from core.purchase_orders as orders
    inner join core.purchase_order_dates as dates using (purchase_order_id)
    cross join core.today as today
    union all
    select
        'transfer' as kind,
        transfer_id as document_id,
        lane,
        case when state = 'Delivered' then received_on end as received_on,
        case when state = 'Active' then promised_on end as promised_on,
        'received' as promised_by,
        case when state = 'Active' then dispatched_on end as started_on,
        null as leaves_on,
        getvariable('default_transfer_days') as default_days
    from core.transfers
),

-- Medians over received documents, in whole days; what 19 of 20 are late at most, from five on.
lane_days as (
    select
        kind,
        lane,
        quantile_disc(days, 0.5) as usual_days,
        quantile_disc(late_days, 0.5) as usual_late_days,
        case when count(late_days) >= 5 then greatest(quantile_disc(late_days, 0.95), 7) end
            as most_late_days
    from core.receipt_observations
    group by kind, lane
),

kind_days as (
    select
        kind,
        quantile_disc(days, 0.5) as usual_days
    from core.receipt_observations
    group by kind
),

estimates as (
    select
        documents.*,
        documents.started_on
        + coalesce(lane_days.usual_days, kind_days.usual_days, documents.default_days)::integer
            as estimated_on,
        case
            when documents.started_on is null then 'unknown'
            when lane_days.usual_days is not null then 'lead_time'
            when kind_days.usual_days is not null then 'all_lanes'
            else 'default'
        end as estimated_by,
        coalesce(lane_days.usual_late_days, 0) as usual_late_days,
        coalesce(lane_days.most_late_days, getvariable('overdue_limit_days')) as most_late_days
    from documents
    left join lane_days using (kind, lane)
    left join kind_days using (kind)
),

arrivals as (
    select
        kind,
        document_id,
        coalesce(
            received_on,
            promised_on,
            case when started_on is not null then greatest(estimated_on, leaves_on) end
        ) as expected_on,
        case
            when received_on is not null then 'received'
            when promised_on is not null then promised_by
            else estimated_by
        end as expected_on_basis,
        usual_late_days,
        most_late_days
    from estimates
)

select
    arrivals.kind,
    arrivals.document_id,
    arrivals.expected_on,
    arrivals.expected_on_basis,
    coalesce(arrivals.expected_on < today.today_on, false) as is_past,
    today.today_on + arrivals.usual_late_days as if_late_on,
    coalesce(today.today_on - arrivals.expected_on > arrivals.most_late_days, false) as is_too_late
from arrivals
cross join core.today as today
