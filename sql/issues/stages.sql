/*
about: >-
  Stages of open sales orders that are none of Cin7's usual ones, or that say the order is done or
  void; one row per stage, on the first order that has it.
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

stages as (
    select
        min(orders.sales_order_id) as first_order_id,
        arg_min(trim(orders.stage), orders.sales_order_id) as stage,
        lower(trim(orders.stage)) in ('dispatched', 'completed', 'void', 'declined') as is_closing,
        count(*) filter (documents.is_approved) as approved_count,
        count(*) as order_count
    from staging.sales_orders as orders
    inner join core.documents as documents
        on
            documents.document_kind = 'sales_order'
            and orders.sales_order_id = documents.document_id
    where
        documents.completed_on is null
        and not documents.is_void
        and not documents.is_deleted
        and trim(orders.stage) <> ''
        and lower(trim(orders.stage)) not in (
            'new', 'awaiting payment', 'processing', 'on hold', 'fully picked',
            'partially picked', 'needs attention', 'fraud warning', 'backorder'
        )
    group by lower(trim(orders.stage))
)

select
    'unmapped_stage' as issue,
    'sales_order' as document_kind,
    first_order_id as document_id,
    0::bigint as line_id,
    'info' as severity,
    printf('%s open orders have the stage "%s"', order_count::varchar, stage) as detail,
    'Map the stage where other systems read it, such as the status mappings of shipping '
    || 'software; here a stage decides nothing.' as suggestion
from stages
where not is_closing
union all
select
    'stage_says_closed' as issue,
    'sales_order' as document_kind,
    first_order_id as document_id,
    0::bigint as line_id,
    'warning' as severity,
    printf(
        '%s approved orders without a day of dispatch have the stage "%s"',
        approved_count::varchar,
        stage
    ) as detail,
    'Dispatch or void them in Cin7; by their stage alone they are not closed, and reserve stock.'
        as suggestion
from stages
where is_closing and approved_count > 0
