/*
about: >-
  How amounts of a document's lines become amounts without tax in the base currency: less what the
  order's own discount takes off, divided by what tax makes of one, times the document's own rate.
  One row per document with prices.
grain: [document_kind, document_id]
columns:
  document_kind: sales_order, purchase_order or credit_note.
  document_id: Cin7 id of the document.
  tax_divisor: >-
    What an amount is divided by to leave out tax; 1 where prices hold none, null where that is not
    known.
  discount_share: >-
    Share of its lines that the discount of the whole order takes off, 0 to 1; 0 where there is
    none, or more than the lines come to (data_issues order_discount_not_counted).
  base_rate: Rate to the base currency; 1 where it is the document's, null where not known.
  net_factor: What an amount of a line is multiplied with to be without tax and discounts of the
    whole order, in document currency; null where tax is not known.
  base_factor: The same, in base currency; null where tax or rate are not known.
  amount_basis: >-
    How: as_entered, less_tax, converted or less_tax_converted; null where an amount is not known.
  is_of_base: True where the document's currency is the base currency.
*/
with

documents as (
    select
        'sales_order' as document_kind,
        sales_order_id as document_id,
        currency,
        currency_rate,
        tax_status,
        tax_rate,
        product_total,
        discount_total
    from staging.sales_orders
    union all
    select
        'purchase_order' as document_kind,
        purchase_order_id as document_id,
        currency,
        currency_rate,
        tax_status,
        tax_rate,
        product_total,
        discount_total
    from staging.purchase_orders
    union all
    select
        'credit_note' as document_kind,
        credit_note_id as document_id,
        currency,
        currency_rate,
        tax_status,
        tax_rate,
        abs(product_total) as product_total,
        abs(discount_total) as discount_total
    from staging.credit_notes
),

-- A tax rate is written as 0.1 or as 10, whichever system made the order; one of 1000 cannot be.
read_documents as (
    select
        documents.document_kind,
        documents.document_id,
        case
            when lower(documents.tax_status) in ('excl', 'exempt') or documents.tax_rate = 0 then 1
            when coalesce(lower(documents.tax_status), '') <> 'incl' then null
            when documents.tax_rate > 0 and documents.tax_rate <= 1 then 1 + documents.tax_rate
            when documents.tax_rate > 1 and documents.tax_rate < 1000
                then 1 + documents.tax_rate / 100
        end::double as tax_divisor,
        case
            when documents.discount_total between 0 and documents.product_total
                then coalesce(documents.discount_total / nullif(documents.product_total, 0), 0)
            else 0
        end::double as discount_share,
        case
            when documents.currency = base.currency then 1
            when documents.currency_rate > 0 and documents.currency_rate < 1e6
                then documents.currency_rate
        end::double as base_rate,
        coalesce(documents.currency = base.currency, false) as is_of_base
    from documents
    left join core.base_currency as base on true
)

select
    document_kind,
    document_id,
    tax_divisor,
    discount_share,
    base_rate,
    (1 - discount_share) / tax_divisor as net_factor,
    base_rate * (1 - discount_share) / tax_divisor as base_factor,
    case
        when tax_divisor is null or base_rate is null then null
        when tax_divisor = 1 and base_rate = 1 then 'as_entered'
        when base_rate = 1 then 'less_tax'
        when tax_divisor = 1 then 'converted'
        else 'less_tax_converted'
    end as amount_basis,
    is_of_base
from read_documents
