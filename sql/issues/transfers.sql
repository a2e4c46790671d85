/*
about: >-
  Transfers under way that Cin7 has as transferred in full, those of which less was received than
  was sent, and those that seem to be entered twice; one row per issue and transfer.
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

contents as (
    select
        transfers.transfer_id,
        coalesce(transfers.order_number, transfers.transfer_id::varchar) as order_name,
        nullif(trim(transfers.order_number), '') as order_number,
        transfers.lane,
        transfers.source_branch_id,
        transfers.destination_branch_id,
        coalesce(transfers.dispatched_on, transfers.created_on) as day_on,
        sum(lines.quantity)::decimal(18, 4) as quantity,
        sum(greatest(lines.quantity - lines.received_quantity, 0))::decimal(18, 4)
            as short_quantity,
        transfers.state = 'Delivered' as is_delivered,
        bool_or(lines.is_contradicted) as is_contradicted,
        string_agg(
            concat_ws('/', lines.product_option_id, lines.size, lines.quantity), ','
            order by lines.product_option_id, lines.size, lines.quantity
        ) as contents
    from core.transfers as transfers
    inner join core.transfer_lines as lines using (transfer_id)
    where not transfers.is_deleted
    group by all
)

select
    'transferred_not_received' as issue,
    'transfer' as document_kind,
    transfer_id as document_id,
    0::bigint as line_id,
    'warning' as severity,
    printf(
        '%s: all %s units from %s are transferred in Cin7, but there is no day of receipt',
        order_name, quantity::varchar, lane
    ) as detail,
    'They count as on their way; complete the transfer in Cin7 if the goods have come.'
        as suggestion
from contents
where is_contradicted
union all
select
    'received_short' as issue,
    'transfer' as document_kind,
    transfer_id as document_id,
    0::bigint as line_id,
    'warning' as severity,
    printf(
        '%s: %s of %s units from %s were not received',
        order_name, short_quantity::varchar, quantity::varchar, lane
    ) as detail,
    'They are at neither warehouse; receive them in Cin7 if they have come, or write them off '
    || 'there so that both counts are right.' as suggestion
from contents
where is_delivered and short_quantity > 0
union all
select
    'transfer_twice' as issue,
    'transfer' as document_kind,
    later.transfer_id as document_id,
    0::bigint as line_id,
    'warning' as severity,
    printf(
        '%s may be the same transfer as %s: the same lines from %s',
        later.order_name,
        string_agg(earlier.order_name, ', ' order by earlier.transfer_id),
        later.lane
    ) as detail,
    'If it is, delete one of the two in Cin7; both count.' as suggestion
from contents as later
inner join contents as earlier
    on
        later.source_branch_id = earlier.source_branch_id
        and later.destination_branch_id = earlier.destination_branch_id
        and later.contents = earlier.contents
        and later.transfer_id > earlier.transfer_id
        and (later.order_number = earlier.order_number or later.day_on = earlier.day_on)
group by later.transfer_id, later.order_name, later.lane
