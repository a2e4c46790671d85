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
        items.line_number,
        items.size,
        items.document_kind,
        items.document_id,
        lower(trim(case when lines.sizes is null then lines.code else sizes.code end))
            as folded_code
    from core.document_line_items as items
    inner join core.document_lines as lines using (line_number)
    left join core.document_line_sizes as sizes using (line_number, size)
    where
        items.product_option_id is null
        and items.ordered_quantity > items.fulfilled_quantity
),

coded_lines as (
    select *
    from description_lines
    where folded_code <> ''
)

select distinct
    'open_sales' as measure,
    lines.folded_code
from coded_lines as lines
inner join core.line_exclusions as rules using (line_number, size)
where rules.rule = 'undispatched'
union all
select distinct
    'incoming' as measure,
    lines.folded_code
from coded_lines as lines
inner join core.purchase_orders as orders
    on
        lines.document_kind = 'purchase_order'
        and lines.document_id = orders.purchase_order_id
where orders.state = 'Active' and not orders.is_deleted
union all
select distinct
    'holding' as measure,
    lines.folded_code
from coded_lines as lines
inner join core.transfers as transfers
    on lines.document_kind = 'transfer' and lines.document_id = transfers.transfer_id
where transfers.state = 'Active'
