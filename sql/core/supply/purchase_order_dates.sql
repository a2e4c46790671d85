/*
about: >-
  The dates of purchase orders as planning reads them, without those that cannot be; one row per
  order.
grain: [purchase_order_id]
columns:
  purchase_order_id: Cin7 id of the order.
  created_on: Day the order was created, local date; null where it cannot be.
  etd_on: Estimated time of delivery, local date; null where it cannot be.
  eta_on: Estimated time of arrival, local date; null where it cannot be.
  received_on: Day of full receipt, local date; null where it has not come or cannot be.
  is_entered_late: True where the goods came on the day that the order was entered, or before.
  promised_on: Day it is promised for, local date; a day of receipt that is still to come, else the
    ETA, else the ETD where that is the day of delivery; neither where it is before the order.
  promised_by: received, eta or etd, whichever gave promised_on; null where none did.
  leaves_on: The ETD where that is the day of departure, local date.
*/
with

dates as (
    select
        orders.purchase_order_id,
        case
            when orders.created_on between days.first_on and days.last_on then orders.created_on
        end as created_on,
        case when orders.etd_on between days.first_on and days.last_on then orders.etd_on end
            as etd_on,
        case when orders.eta_on between days.first_on and days.last_on then orders.eta_on end
            as eta_on,
        case
            when orders.received_on > today.today_on and orders.received_on <= days.last_on
                then orders.received_on
        end as to_be_received_on,
        documents.completed_on as received_on,
        getvariable('etd_means') = 'departure' as is_etd_departure
    from staging.purchase_orders as orders
    inner join core.documents as documents
        on
            documents.document_kind = 'purchase_order'
            and orders.purchase_order_id = documents.document_id
    cross join core.plausible_days as days
    cross join core.today as today
),

-- A day before the order was mistyped, or it was entered when the goods had come: no promise.
promises as (
    select
        *,
        case when not coalesce(eta_on < created_on, false) then eta_on end as arrives_on,
        case when not coalesce(etd_on < created_on, false) then etd_on end as delivered_on
    from dates
)

select
    purchase_order_id,
    created_on,
    etd_on,
    eta_on,
    received_on,
    coalesce(received_on <= created_on, false) as is_entered_late,
    coalesce(to_be_received_on, arrives_on, case when not is_etd_departure then delivered_on end)
        as promised_on,
    case
        when to_be_received_on is not null then 'received'
        when arrives_on is not null then 'eta'
        when delivered_on is not null and not is_etd_departure then 'etd'
    end as promised_by,
    case when is_etd_departure then etd_on end as leaves_on
from promises
