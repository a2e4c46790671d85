/*
about: >-
  Who sells to the company, and how reliably: how long purchase orders took, how late they came and
  whether they came in full, over all items. One row per supplier of a contact, an item or a
  purchase order.
grain: [supplier_id]
example: |
  -- Who delivers late or short?
  select supplier_name, order_count, p80_days, mean_days_late, on_time_share, in_full_share
  from planning.suppliers where order_count > 0 order by on_time_share limit 20
columns:
  supplier_id: Cin7 id of the supplier.
  supplier_name: Company of the supplier; null where Cin7 lists no such contact.
  currency: Currency of most of its orders (ISO code); null where there is none.
  order_count: Number of approved purchase orders that are not void.
  p50_days: Days from creation to full receipt within which half of its orders came; these and the
    shares are null where none was received.
  p80_days: Days within which 80 % of them came.
  p95_days: Days within which 95 % of them came.
  mean_days_late: Mean of the days after the promised day, 0 for what came in time; null where no
    day was promised.
  on_time_share: Share of those with a promised day that came by then, 0 to 1.
  in_full_share: Share of the received orders of which nothing ordered was left out, 0 to 1.
  overdue_quantity: Units that should have come before today, counted on or not, in stocking units.
  open_order_count: Number of orders still to come.
  lane: The supplier in planning.lead_times and replenishments; its id as text.
checks:
  shares_are_shares: on_time_share between 0 and 1 and in_full_share between 0 and 1
  quantiles_rise: p50_days <= p80_days and p80_days <= p95_days
  overdue_quantity_is_not_negative: overdue_quantity >= 0
*/
with

suppliers as (
    select contact_id as supplier_id
    from staging.contacts
    where deleted_at is null and lower(contact_type) = 'supplier'
    union
    select supplier_id
    from core.purchase_orders
    where not is_deleted
    union
    select supplier_id
    from planning.products
),

orders as (
    select
        supplier_id,
        mode(currency order by currency) as currency,
        count(*) as order_count,
        count(*) filter (where state = 'Active') as open_order_count
    from core.purchase_orders
    where state in ('Active', 'Delivered') and not is_deleted
    group by supplier_id
),

receipts as (
    select
        orders.supplier_id,
        quantile_disc(observations.days, 0.5) as p50_days,
        quantile_disc(observations.days, 0.8) as p80_days,
        quantile_disc(observations.days, 0.95) as p95_days,
        round(avg(observations.late_days), 4)::decimal(18, 4) as mean_days_late,
        round(avg((observations.late_days = 0)::integer), 4)::decimal(18, 4) as on_time_share
    from core.receipt_observations as observations
    inner join core.purchase_orders as orders
        on observations.document_id = orders.purchase_order_id
    where observations.kind = 'purchase_order'
    group by orders.supplier_id
),

received_orders as (
    select
        supplier_id,
        purchase_order_id,
        bool_and(received_quantity >= ordered_quantity) as is_in_full
    from planning.purchase_order_lines
    where state = 'Delivered'
    group by supplier_id, purchase_order_id
),

completeness as (
    select
        supplier_id,
        round(avg(is_in_full::integer), 4)::decimal(18, 4) as in_full_share
    from received_orders
    group by supplier_id
),

overdue as (
    select
        source_branch_or_supplier_id as supplier_id,
        sum(open_quantity)::decimal(18, 4) as overdue_quantity
    from planning.replenishments
    where kind = 'purchase_order' and state = 'Active' and is_overdue and open_quantity > 0
    group by source_branch_or_supplier_id
)

select
    suppliers.supplier_id,
    contacts.company as supplier_name,
    orders.currency,
    coalesce(orders.order_count, 0) as order_count,
    receipts.p50_days,
    receipts.p80_days,
    receipts.p95_days,
    receipts.mean_days_late,
    receipts.on_time_share,
    completeness.in_full_share,
    coalesce(overdue.overdue_quantity, 0)::decimal(18, 4) as overdue_quantity,
    coalesce(orders.open_order_count, 0) as open_order_count,
    suppliers.supplier_id::varchar as lane
from suppliers
left join staging.contacts as contacts on suppliers.supplier_id = contacts.contact_id
left join orders using (supplier_id)
left join receipts using (supplier_id)
left join completeness using (supplier_id)
left join overdue using (supplier_id)
where suppliers.supplier_id is not null
