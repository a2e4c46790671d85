/*
about: >-
  Sales orders whose lines do not add up to their product total, whose parts do not add up to their
  total, and orders and credit notes with a discount on the whole that cannot be; one row per issue
  and document.
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

line_totals as (
    select
        document_id,
        count(*) as line_count,
        bool_or(implausible_by is not null) as is_implausible,
        sum(round(quantity::decimal(38, 4) * unit_price - discount, 4)) as amount
    from core.document_lines
    where document_kind = 'sales_order' and not is_component
    group by document_id
),

-- A tax rate is written as 0.1 or as 10, whichever system made the order; one of 1000 cannot be.
orders as (
    select
        orders.sales_order_id,
        coalesce(orders.order_number, orders.sales_order_id::varchar) as order_name,
        coalesce(' ' || orders.currency, '') as currency,
        orders.product_total,
        orders.total,
        coalesce(line_totals.amount, 0) as line_amount,
        coalesce(line_totals.is_implausible, false) as is_implausible,
        coalesce(line_totals.line_count, 0) as line_count,
        (
            coalesce(orders.product_total, 0) + coalesce(orders.freight_total, 0)
            + coalesce(orders.surcharge, 0) - coalesce(orders.discount_total, 0)
        )::decimal(20, 4) as net_amount,
        case
            when coalesce(lower(orders.tax_status), '') <> 'excl' then 0
            when abs(orders.tax_rate) >= 1000 then 0
            when orders.tax_rate > 1 then orders.tax_rate * 0.01
            else coalesce(orders.tax_rate, 0)
        end::decimal(24, 6) as added_tax_rate
    from staging.sales_orders as orders
    inner join core.documents as documents
        on
            documents.document_kind = 'sales_order'
            and orders.sales_order_id = documents.document_id
    left join line_totals on orders.sales_order_id = line_totals.document_id
    where not documents.is_deleted and not documents.is_void
),

headers as (
    select
        'sales_order' as document_kind,
        sales_order_id as document_id,
        currency,
        discount_total,
        product_total
    from staging.sales_orders
    union all
    select
        'purchase_order' as document_kind,
        purchase_order_id as document_id,
        currency,
        discount_total,
        product_total
    from staging.purchase_orders
    union all
    select
        'credit_note' as document_kind,
        credit_note_id as document_id,
        currency,
        abs(discount_total) as discount_total,
        abs(product_total) as product_total
    from staging.credit_notes
)

select
    'order_lines_do_not_add_up' as issue,
    'sales_order' as document_kind,
    sales_order_id as document_id,
    0::bigint as line_id,
    'warning' as severity,
    printf(
        '%s: its lines add up to %s, its product total says %s%s',
        order_name, line_amount::varchar, product_total::varchar, currency
    ) as detail,
    'Compare the lines with the system the order came from and re-sync it there; sales count by '
    || 'the lines.' as suggestion
from orders
where not is_implausible and abs(product_total - line_amount) > 0.01 * greatest(line_count, 1)
union all
select
    'order_total_does_not_add_up' as issue,
    'sales_order' as document_kind,
    sales_order_id as document_id,
    0::bigint as line_id,
    'info' as severity,
    printf(
        '%s: products, freight, surcharge, discount and tax make %s, its total says %s%s',
        order_name,
        round(net_amount * (1 + added_tax_rate), 2)::varchar,
        total::varchar,
        currency
    ) as detail,
    'Check the tax rule of the products'' sales account in Cin7 against the system the order '
    || 'came from; planning uses line prices, never totals.' as suggestion
from orders
where abs(total - net_amount * (1 + added_tax_rate)) > 0.05
union all
select
    'order_discount_not_counted' as issue,
    document_kind,
    document_id,
    0::bigint as line_id,
    'warning' as severity,
    printf(
        '%s: its discount of %s is no part of its product total of %s%s',
        coalesce(documents.order_number, document_id::varchar),
        headers.discount_total::varchar,
        coalesce(headers.product_total, 0)::varchar,
        coalesce(' ' || headers.currency, '')
    ) as detail,
    'Correct the discount of the whole document in Cin7; until then its amounts are without it.'
        as suggestion
from headers
inner join core.documents as documents using (document_kind, document_id)
where
    not documents.is_deleted
    and not documents.is_void
    and (
        headers.discount_total < 0
        or headers.product_total > 0 and headers.discount_total > headers.product_total
    )
