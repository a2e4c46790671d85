/*
about: >-
  Records that cannot be read and were rejected, and lines whose ids do not tell them apart; one
  row per record or line.
grain: [issue, document_kind, document_id, line_id]
columns:
  issue:
  document_kind:
  document_id:
  line_id: Cin7 id of the line, below 0 its place; 0 for the whole.
  severity:
  detail:
  suggestion:
*/
with

lines as (
    select
        document_kind::varchar as document_kind,
        document_id,
        line_id
    from staging.document_lines
    union all
    select
        'adjustment' as document_kind,
        adjustment_id as document_id,
        line_id
    from staging.adjustment_lines
    union all
    select
        'production_job' as document_kind,
        production_job_id as document_id,
        line_id
    from staging.production_job_products
    union all
    select
        'bom_master' as document_kind,
        bom_master_id as document_id,
        line_id
    from staging.bom_master_products
),

documents as (
    select
        document_kind::varchar as document_kind,
        document_id,
        order_number
    from core.documents
    where not is_deleted
    union all
    select
        'adjustment' as document_kind,
        adjustment_id as document_id,
        order_number
    from staging.adjustments
    where deleted_at is null
    union all
    select
        'production_job' as document_kind,
        production_job_id as document_id,
        order_number
    from staging.production_jobs
    where deleted_at is null
    union all
    select
        'bom_master' as document_kind,
        bom_master_id as document_id,
        reference as order_number
    from staging.bom_masters
    where deleted_at is null
)

select
    'record_rejected' as issue,
    case entity
        when 'branch_transfers' then 'transfer'
        when 'branches' then 'branch'
        when 'stock' then 'stock'
        else regexp_replace(entity, 's$', '')
    end as document_kind,
    record_id as document_id,
    0::bigint as line_id,
    'error' as severity,
    printf(
        'what Cin7 sends of it cannot be read since %s: %s',
        strftime(min(first_seen_at), '%Y-%m-%d %H:%M UTC'),
        string_agg(printf('%s: %s', field, reason), '; ' order by field)
    ) as detail,
    'Correct the field in Cin7, or in the system that writes it; until then the record counts as '
    || 'it was before, or not at all where it is new.' as suggestion
from staging.rejected_records
group by entity, record_id
union all
select
    'line_id_repeated' as issue,
    lines.document_kind,
    lines.document_id,
    lines.line_id,
    'warning' as severity,
    printf(
        'line %s of %s has no id, or that of another line',
        (-lines.line_id)::varchar,
        coalesce(documents.order_number, lines.document_id::varchar)
    ) as detail,
    'It is counted and known by its place; look whether it was entered twice, and ask Cin7 or who '
    || 'writes the document for line ids of their own.' as suggestion
from lines
inner join documents using (document_kind, document_id)
where lines.line_id < 0
