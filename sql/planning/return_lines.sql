/*
about: >-
  Goods that came back on completed credit notes, positive. One row per credit note line and size.
grain: [credit_note_id, line_id, size]
example: |
  -- Which items come back most?
  select sku, sum(quantity) as units, count(*) as lines from planning.return_lines
  where returned_on >= current_date - 90 group by sku order by units desc limit 20
columns:
  credit_note_id:
  line_id:
  size: Size of the item; '' when unsized.
  order_number: Reference of the credit note in Cin7.
  sales_reference: Reference of the sales order that is credited, as in Cin7.
  warehouse: Warehouse of the credit note's branch; unmapped where the branch is not known.
  product_option_id: Cin7 id of the option.
  sku: Code of the item, verbatim.
  quantity: Units returned, in stocking units, positive; those that came back by Cin7, at
    most those that were credited, which count where Cin7 does not say.
  returned_on: Day the credit note was completed, local date.
  branch_id: Cin7 id of the credit note's branch; null where it has none.
  channel: >-
    Sales channel of the order that is credited, where that is held; else by the settings, else
    the credit note's source, else Direct.
  customer_id: Cin7 id of the customer; null where the credit note has none.
  value: Quantity times unit price less the line's discount, in document currency.
  currency: Currency of the credit note (ISO code).
  value_excl_tax: >-
    value less its share of the discount of the whole credit note, without tax, in document
    currency; null where Cin7 does not say whether prices hold tax, or how much (data_issues
    amount_unknown).
  value_base: >-
    The same in the account's base currency, by the credit note's own rate; null where either is not
    known.
  amount_basis: >-
    How value_base comes from value; as_entered, less_tax, converted or less_tax_converted, as in
    planning.sales_lines.
checks:
  quantity_is_not_negative: quantity >= 0
  returned_on_is_not_null: returned_on is not null
*/
select
    notes.credit_note_id,
    lines.line_id,
    lines.size,
    notes.order_number,
    notes.sales_reference,
    attributes.warehouse,
    lines.product_option_id,
    lines.sku,
    lines.quantity,
    notes.completed_on as returned_on,
    notes.branch_id,
    attributes.channel,
    notes.customer_id,
    lines.value,
    notes.currency,
    try_cast(round(lines.value * amounts.net_factor, 4) as decimal(18, 4)) as value_excl_tax,
    try_cast(round(lines.value * amounts.base_factor, 4) as decimal(18, 4)) as value_base,
    amounts.amount_basis
from core.included_lines as lines
inner join staging.credit_notes as notes
    on lines.document_kind = 'credit_note' and lines.document_id = notes.credit_note_id
inner join core.document_attributes as attributes using (document_kind, document_id)
inner join core.document_amounts as amounts using (document_kind, document_id)
