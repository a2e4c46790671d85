/*
about: >-
  Documents with a date that cannot be, or that has not come although Cin7 has it as done; such a
  date is read as unset, or as not yet. One row per issue and document.
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

dated as (
    select
        'sales_order' as document_kind,
        sales_order_id as document_id,
        unnest(['created', 'due', 'dispatched', 'invoiced']) as field,
        unnest([created_on, due_on, dispatched_on, invoiced_on]) as day_on
    from staging.sales_orders
    union all
    select
        'purchase_order' as document_kind,
        purchase_order_id as document_id,
        unnest(['created', 'expected by ETD', 'expected by ETA', 'received']) as field,
        unnest([created_on, etd_on, eta_on, received_on]) as day_on
    from staging.purchase_orders
    union all
    select
        'transfer' as document_kind,
        transfer_id as document_id,
        unnest(['dispatched', 'received']) as field,
        unnest([dispatched_on, received_on]) as day_on
    from staging.branch_transfers
    union all
    select
        'credit_note' as document_kind,
        credit_note_id as document_id,
        'completed' as field,
        completed_on as day_on
    from staging.credit_notes
),

doubts as (
    select
        case
            when dated.day_on not between days.first_on and days.last_on
                then 'date_implausible'
            when
                dated.field in ('dispatched', 'invoiced', 'received', 'completed')
                and dated.day_on > today.today_on
                then dated.field || '_in_future'
        end as issue,
        dated.document_kind,
        dated.document_id,
        dated.field || ' ' || dated.day_on::varchar as date_text
    from dated
    cross join core.plausible_days as days
    cross join core.today as today
),

backwards as (
    select
        'received_before_ordered' as issue,
        'purchase_order' as document_kind,
        purchase_order_id as document_id,
        'received ' || received_on::varchar || ', created ' || created_on::varchar
            as date_text
    from core.purchase_order_dates
    where received_on < created_on
    union all
    select
        'expected_before_ordered' as issue,
        'purchase_order' as document_kind,
        dates.purchase_order_id as document_id,
        concat_ws(
            ', ',
            'created ' || dates.created_on::varchar,
            case when dates.eta_on < dates.created_on then 'ETA ' || dates.eta_on::varchar end,
            case
                when dates.etd_on < dates.created_on and getvariable('etd_means') <> 'departure'
                    then 'ETD ' || dates.etd_on::varchar
            end
        ) as date_text
    from core.purchase_order_dates as dates
    inner join core.purchase_orders as orders using (purchase_order_id)
    where
        orders.state = 'Active'
        and (
            dates.eta_on < dates.created_on
            or (dates.etd_on < dates.created_on and getvariable('etd_means') <> 'departure')
        )
    union all
    select
        'received_before_dispatched' as issue,
        'transfer' as document_kind,
        transfer_id as document_id,
        'received ' || received_on::varchar || ', dispatched ' || dispatched_on::varchar
            as date_text
    from core.transfers
    where received_on < dispatched_on
),

found as (
    select * from doubts
    where issue is not null
    union all
    select * from backwards
)

select
    found.issue,
    found.document_kind,
    found.document_id,
    0::bigint as line_id,
    case found.issue
        when 'date_implausible' then 'error'
        when 'invoiced_in_future' then 'info'
        else 'warning'
    end as severity,
    printf(
        '%s: %s',
        coalesce(min(documents.order_number), found.document_id::varchar),
        string_agg(found.date_text, ', ' order by found.date_text)
    ) as detail,
    case found.issue
        when 'date_implausible'
            then 'Correct the date in Cin7; until then it is read as if there were none.'
        when 'invoiced_in_future'
            then 'The sale counts for the day of its dispatch until that of the invoice has come.'
        when 'received_before_ordered'
            then 'It tells no lead time; enter orders before the goods come.'
        when 'expected_before_ordered'
            then
                'Such a day is no promise, and the order is expected by the usual days; correct it '
                || 'in Cin7, or receive the order there if the goods have come.'
        when 'received_before_dispatched'
            then 'It tells no lead time; correct one of the days in Cin7.'
        else
            'Clear the date in Cin7 until it is so; some systems write the day they wish for. '
            || 'Until that day the document counts as open.'
    end as suggestion
from found
inner join core.documents as documents using (document_kind, document_id)
where not documents.is_void and not documents.is_deleted
group by found.issue, found.document_kind, found.document_id
