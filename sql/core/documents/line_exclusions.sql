/*
about: >-
  Every rule that keeps a line out of the tables of its kind; one row per line, size and rule.
  A line without a row here is in them.
grain: [line_number, size, rule]
columns:
  line_number:
  size: Size of the item; where there is no item, the size on the line.
  rule: Name of the rule.
*/
with

rests as (
    select
        line_number,
        size
    from core.document_line_sizes
    where size = ''
),

lines as (
    select
        items.line_number,
        items.document_kind,
        items.size,
        items.product_option_id is null as is_description_only,
        items.is_component,
        items.implausible_by,
        items.ordered_quantity,
        items.quantity,
        items.unit_price,
        items.document_kind in ('sales_order', 'credit_note') as is_sale,
        documents.is_deleted,
        documents.is_void,
        documents.is_approved,
        documents.completed_on is not null as is_completed,
        unshipped_lines.line_number is not null as is_unshipped,
        rests.line_number is not null as is_rest,
        attributes.is_channel_excluded,
        attributes.is_warehouse_excluded,
        attributes.is_group_excluded
    from core.document_line_items as items
    inner join core.documents as documents using (document_kind, document_id)
    inner join core.document_attributes as attributes using (document_kind, document_id)
    left join core.unshipped_lines as unshipped_lines using (line_number)
    left join rests
        on
            items.line_number = rests.line_number
            and items.size = rests.size
            and items.product_option_id is null
),

-- Tables of purchase orders and transfers show their state, so most of their lines stay in them.
decisions as (
    select
        line_number,
        size,
        unnest([
            case
                when is_deleted and is_sale then 'gone'
                when is_deleted and document_kind = 'purchase_order' and not is_void then 'gone'
                when is_deleted and document_kind = 'transfer' and is_completed then 'gone'
                when is_deleted or not is_sale then null
                when is_void then 'void'
                when not is_approved then 'draft'
                when not is_completed and document_kind = 'sales_order' then 'undispatched'
                when not is_completed then 'not_completed'
                when is_unshipped and document_kind = 'sales_order' then 'not_shipped'
                when is_unshipped then 'not_returned'
            end,
            case when is_sale and is_channel_excluded then 'channel_excluded' end,
            case
                when is_component then 'kit_component'
                when is_rest then null
                when document_kind = 'credit_note' and ordered_quantity > 0 then 'positive_credit'
                when document_kind <> 'sales_order' or least(ordered_quantity, quantity) >= 0
                    then null
                when unit_price = 0 then 'negative_adjustment'
                else 'negative_return'
            end,
            case
                when is_rest then 'sizes_do_not_add_up'
                when is_description_only then 'description_only'
            end,
            implausible_by,
            case when is_sale and is_warehouse_excluded then 'warehouse_disabled' end,
            case when is_sale and is_group_excluded then 'customer_group_excluded' end
        ]) as rule
    from lines
)

select
    line_number,
    size,
    rule
from decisions
where rule is not null
