/*
about: >-
  Every line that is not in the table of its kind, with each rule that keeps it out; nothing is
  silently dropped. One row per document line, size and rule.
grain: [document_kind, document_id, line_id, size, rule]
example: |
  -- Which units count for nothing, and why?
  select rule, any_value(why) as why, count(*) as lines, sum(quantity) as units
  from planning.excluded_lines group by rule order by units desc
columns:
  document_kind:
  document_id:
  line_id:
  size:
  rule: Name of the rule that keeps the line out.
  quantity: Units the line would show, in stocking units; positive on credit notes; null where they
    cannot be.
  value: What it would be worth, in document currency (transfers in the account's); null where it
    cannot be.
  why: The rule in words.
  order_number: Reference of the document in Cin7.
  product_option_id: Cin7 id of the option; null where the line is only a description.
  sku: Code of the item, verbatim; null where the line is only a description.
  warehouse: Warehouse of the document's branch, on transfers of the receiving one; unmapped where
    the branch is not known.
  created_on: Day the document was created, local date.
checks:
  why_is_not_null: why is not null
*/
select
    items.document_kind::varchar as document_kind,
    items.document_id,
    items.line_id,
    items.size,
    rules.rule,
    case when items.implausible_by = 'quantity_implausible' then null else items.quantity end
        as quantity,
    items.value,
    case rules.rule
        when 'gone' then 'the document is deleted in Cin7'
        when 'void'
            then
                case
                    when documents.is_cancelled then 'the document is cancelled'
                    else 'the document is void'
                end
        when 'draft' then 'the document is not approved'
        when 'undispatched'
            then
                case
                    when orders.is_shipped_undispatched
                        then 'shipped and invoiced, but without a day of dispatch; see data_issues'
                    else 'not dispatched; what is left to ship stands in open_sales_lines'
                end
        when 'not_completed' then 'the credit note is not completed'
        when 'not_shipped'
            then 'nothing of the line was shipped, though something of the order was'
        when 'channel_excluded' then 'the settings leave out the channel ' || attributes.channel
        when 'not_returned' then 'nothing of the line came back, though something of the note did'
        when 'positive_credit'
            then 'goods that left on a credit note, such as an exchange; see data_issues'
        when 'negative_adjustment'
            then 'below 0 at price 0, so an adjustment of stock and no sale; see data_issues'
        when 'negative_return'
            then 'below 0 at a price, so no sale but a return in demand_daily; see data_issues'
        when 'kit_component'
            then
                case
                    when orphans.line_number is null
                        then 'component of a kit, whose own line counts'
                    else 'component of a kit that is not on the document; see data_issues'
                end
        when 'description_only' then 'no item has this code; see data_issues'
        when 'sizes_do_not_add_up' then 'units that no size of the line has; see data_issues'
        when 'quantity_implausible' then 'no line has so many units; see data_issues'
        when 'value_implausible' then 'no line is worth so much; see data_issues'
        when 'warehouse_disabled'
            then 'the settings leave out the warehouse ' || attributes.warehouse
        when 'customer_group_excluded'
            then 'the settings leave out the customer group ' || attributes.customer_group
    end as why,
    documents.order_number,
    items.product_option_id,
    items.sku,
    attributes.warehouse,
    documents.created_on
from core.line_exclusions as rules
inner join core.document_line_items as items using (line_number, size)
inner join core.documents as documents using (document_kind, document_id)
inner join core.document_attributes as attributes using (document_kind, document_id)
left join core.orphan_components as orphans using (line_number)
left join core.sales_orders as orders
    on items.document_kind = 'sales_order' and items.document_id = orders.sales_order_id
