/*
about: >-
  Endpoints of which people see less than Cin7 has: not read lately, or with a gap between two
  reads. One row per issue and endpoint.
grain: [issue, document_kind, document_id, line_id]
columns:
  issue:
  document_kind:
  document_id: 0, as it is about all of them.
  line_id: 0, as it is about all of them.
  severity:
  detail:
  suggestion:
*/
with

words (entity, document_kind, name, effect) as (
    values
    (
        'sales_orders', 'sales_order', 'sales orders',
        'what was sold since is missing, and what was dispatched since is still open here'
    ),
    (
        'purchase_orders', 'purchase_order', 'purchase orders',
        'what was received since may be counted twice, and what was ordered since is missing'
    ),
    (
        'branch_transfers', 'transfer', 'transfers',
        'what was received since may be counted twice, and what was sent since is missing'
    ),
    (
        'credit_notes', 'credit_note', 'credit notes',
        'what was returned since is missing'
    ),
    (
        'adjustments', 'adjustment', 'stock adjustments',
        'what was adjusted since is missing'
    ),
    (
        'production_jobs', 'production_job', 'production jobs',
        'what was made since is missing'
    ),
    (
        'products', 'product', 'products',
        'what was added or renamed since is missing'
    ),
    (
        'product_options', 'product_option', 'product options',
        'what was added, renamed or priced since is missing'
    ),
    (
        'contacts', 'contact', 'contacts',
        'customers and suppliers since then are missing'
    ),
    (
        'branches', 'branch', 'branches',
        'branches since then have no warehouse'
    ),
    (
        'bom_masters', 'bom_master', 'bills of materials',
        'kits are taken apart as they were then'
    ),
    (
        'stock', 'stock', 'stock levels',
        'what was sold, received or counted since is not in them, though documents may know of it'
    )
),

reads as (
    select
        words.document_kind,
        words.name,
        words.effect,
        reads.data_as_of_at,
        reads.is_stale,
        reads.failing_since,
        reads.last_error,
        reads.gap_from_at,
        reads.gap_until_at
    from core.last_reads as reads
    inner join words using (entity)
    where
        not reads.is_skipped
        -- Before anything was read nothing is published either.
        and exists (from staging.sync_log)
)

select
    'not_read' as issue,
    document_kind,
    0::bigint as document_id,
    0::bigint as line_id,
    'error' as severity,
    case
        when data_as_of_at is null then printf('%s were never read', name)
        else
            printf(
                '%s were last read on %s UTC; %s',
                name, strftime(data_as_of_at, '%Y-%m-%d %H:%M'), effect
            )
    end
    || case
        when last_error is null then ''
        else
            printf(
                '. Reading fails since %s UTC: %s',
                strftime(failing_since, '%Y-%m-%d %H:%M'), last_error
            )
    end as detail,
    case
        when last_error is null then 'Run `cin7 sync`, and see why no run read them.'
        else 'Put right what the error says; the next sync then reads what was missed.'
    end as suggestion
from reads
where is_stale
union all
select
    'gap_between_reads' as issue,
    document_kind,
    0::bigint as document_id,
    0::bigint as line_id,
    'error' as severity,
    printf(
        '%s that changed from %s to %s UTC were not read',
        name,
        strftime(gap_from_at, '%Y-%m-%d %H:%M'),
        strftime(gap_until_at, '%Y-%m-%d %H:%M')
    ) as detail,
    'Run `cin7 sync` without --days: it reads back to where the gap begins.' as suggestion
from reads
where gap_from_at is not null
