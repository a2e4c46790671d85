/*
about: Lines of transfers with what is received and still open; one row per line and size.
grain: [transfer_id, line_id, size]
columns:
  transfer_id:
  line_id:
  size:
  product_option_id:
  sku:
  quantity: Units to be moved.
  received_quantity: Units received; all of them where Cin7 only says Delivered, none of a transfer
    under way of which Cin7 has every line as transferred, as it may count so at dispatch.
  open_quantity: Units still to be received; 0 once Delivered or Archived.
  is_contradicted: True where Cin7 has all of a transfer under way as transferred.
*/
with

-- Transferred in full and not received: a transfer that has arrived in full has a day of receipt.
contradictions as (
    select lines.document_id as transfer_id
    from core.included_lines as lines
    inner join core.transfers as transfers
        on lines.document_kind = 'transfer' and lines.document_id = transfers.transfer_id
    where transfers.state = 'Active'
    group by lines.document_id
    having
        bool_and(lines.fulfilled_quantity >= lines.quantity)
        and sum(lines.fulfilled_quantity) > 0
),

lines as (
    select
        lines.document_id as transfer_id,
        lines.line_id,
        lines.size,
        transfers.state,
        lines.product_option_id,
        lines.sku,
        lines.quantity,
        contradictions.transfer_id is not null as is_contradicted,
        case
            when contradictions.transfer_id is not null then 0
            when lines.is_partly_fulfilled then lines.fulfilled_quantity
            when transfers.state = 'Delivered' then lines.quantity
            else 0
        end::decimal(18, 4) as received_quantity
    from core.included_lines as lines
    inner join core.transfers as transfers
        on lines.document_kind = 'transfer' and lines.document_id = transfers.transfer_id
    left join contradictions using (transfer_id)
)

select
    transfer_id,
    line_id,
    size,
    product_option_id,
    sku,
    quantity,
    received_quantity,
    case
        when state in ('Draft', 'Active') then greatest(quantity - received_quantity, 0)
        else 0
    end::decimal(18, 4) as open_quantity,
    is_contradicted
from lines
