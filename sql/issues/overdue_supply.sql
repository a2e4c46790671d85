/*
about: >-
  Purchase orders and transfers that are overdue too long to count on; one row per document. Cin7
  cannot void a transfer, so that a cancelled one looks like this.
grain: [issue, document_kind, document_id, line_id]
columns:
  issue:
  document_kind:
  document_id:
  line_id: Cin7 id of the line; 0 for the whole.
  severity:
  detail:
  suggestion:
*/
with

documents as (
    select
        'purchase_order' as kind,
        lines.purchase_order_id as document_id,
        coalesce(orders.order_number, lines.purchase_order_id::varchar) as order_name,
        orders.supplier as source,
        lines.open_quantity
    from core.purchase_order_lines as lines
    inner join core.purchase_orders as orders using (purchase_order_id)
    where orders.state = 'Active'
    union all
    select
        'transfer' as kind,
        lines.transfer_id as document_id,
        coalesce(transfers.order_number, lines.transfer_id::varchar) as order_name,
        transfers.lane as source,
        lines.open_quantity
    from core.transfer_lines as lines
    inner join core.transfers as transfers using (transfer_id)
    where transfers.state = 'Active'
)

select
    case documents.kind when 'transfer' then 'transfer_stuck' else 'overdue_too_long' end as issue,
    documents.kind as document_kind,
    documents.document_id,
    0::bigint as line_id,
    'error' as severity,
    printf(
        '%s: %s units from %s, expected on %s (%s), are %d days overdue and not counted on',
        documents.order_name,
        sum(documents.open_quantity)::decimal(18, 4)::varchar,
        documents.source,
        arrivals.expected_on::varchar,
        arrivals.expected_on_basis,
        today.today_on - arrivals.expected_on
    ) as detail,
    case documents.kind
        when 'transfer'
            then 'Receive it in Cin7 if the goods have come, delete it there if it was cancelled.'
        else
            'Receive it in Cin7 if the goods have come, void it there if they never will, or enter '
            || 'the day they will: then it counts again.'
    end as suggestion
from documents
inner join core.expected_arrivals as arrivals using (kind, document_id)
cross join core.today as today
where documents.open_quantity > 0 and arrivals.is_too_late
group by
    documents.kind,
    documents.document_id,
    documents.order_name,
    documents.source,
    arrivals.expected_on,
    arrivals.expected_on_basis,
    today.today_on
