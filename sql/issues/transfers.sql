/*
about: >-
  Transfers that were dispatched long ago and never received; one row per transfer. Cin7 cannot
  void a transfer, so that a cancelled one looks like this.
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

open_transfers as (
    select
        transfer_id,
        sum(open_quantity)::decimal(18, 4) as open_quantity
    from core.transfer_lines
    where open_quantity > 0
    group by transfer_id
)

select
    'transfer_stuck' as issue,
    'transfer' as document_kind,
    transfers.transfer_id as document_id,
    0::bigint as line_id,
    'warning' as severity,
    printf(
        '%s: %s units under way from %s since %s',
        coalesce(transfers.order_number, transfers.transfer_id::varchar),
        open_transfers.open_quantity::varchar,
        transfers.lane,
        transfers.dispatched_on::varchar
    ) as detail,
    'Receive it in Cin7 if the goods have come, delete it there if it was cancelled; until then '
    || 'planning counts on its units.' as suggestion
from core.transfers as transfers
inner join open_transfers using (transfer_id)
cross join core.today as today
where transfers.state = 'Active' and transfers.dispatched_on < today.today_on - 60
