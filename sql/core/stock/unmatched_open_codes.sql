/*
about: >-
  Codes on open lines that are only a description, by the stock figure that these lines would
  move if they were linked to an item; one row per measure and code.
grain: [measure, folded_code]
columns:
  measure: open_sales, incoming or holding.
  folded_code: Code on the line, trimmed and in lower case.
*/
with

description_lines as (
    select
        items.document_kind,
        items.document_id,
        items.line_id,
        items.size,
        lower(trim(sizes.code)) as folded_code
    from core.document_line_items as items
    inner join core.document_line_sizes as sizes using (document_kind, document_id, line_id, size)
    where
        items.product_option_id is null
        and items.ordered_quantity > items.fulfilled_quantity
        and trim(sizes.code) <> ''
)

select distinct
    'open_sales' as measure,
    lines.folded_code
from description_lines as lines
inner join core.line_exclusions as rules using (document_kind, document_id, line_id, size)
where rules.rule = 'undispatched'
union all
select distinct
    'incoming' as measure,
    lines.folded_code
from description_lines as lines
inner join core.purchase_orders as orders
    on
        lines.document_kind = 'purchase_order'
        and lines.document_id = orders.purchase_order_id
where orders.state = 'Active' and not orders.is_deleted
union all
select distinct
    'holding' as measure,
    lines.folded_code
from description_lines as lines
inner join core.transfers as transfers
    on lines.document_kind = 'transfer' and lines.document_id = transfers.transfer_id
where transfers.state = 'Active'
