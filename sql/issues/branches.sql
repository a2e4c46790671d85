/*
about: Branches that belong to no warehouse, and settings without a branch; one row per branch.
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

uses as (
    select
        coalesce(branch_id, 0) as branch_id,
        coalesce(order_number, document_id::varchar) as order_name
    from core.documents
    where not is_deleted
    union all
    select
        coalesce(source_branch_id, 0) as branch_id,
        coalesce(order_number, transfer_id::varchar) as order_name
    from core.transfers
    where not is_deleted
    union all
    select
        coalesce(branch_id, 0) as branch_id,
        null as order_name
    from staging.stock
    where deleted_at is null
),

unmapped_branches as (
    select
        branch_id,
        printf('%s is a branch without a warehouse', coalesce(branch_name, '')) as detail,
        printf('Add a row for branch %s to data/settings/warehouses.csv.', branch_id::varchar)
            as suggestion
    from core.branch_warehouses
    where not is_mapped
    union all
    select
        uses.branch_id,
        case
            when uses.branch_id = 0 then 'documents or stock without a branch'
            else 'documents or stock of a branch that Cin7 does not have'
        end
        || case
            when count(uses.order_name) = 0 then ''
            else
                printf(
                    '; %s documents, %s among them',
                    count(uses.order_name)::varchar, max(uses.order_name)
                )
        end as detail,
        case
            when uses.branch_id = 0
                then
                    'Give the documents a branch in Cin7, or name one for all of them in '
                    || 'CIN7_DEFAULT_BRANCH_ID; until then'
            else 'Give the documents a branch in Cin7 that it has; until then'
        end || ' they stand under the warehouse unmapped.' as suggestion
    from uses
    left join core.branch_warehouses as branch_warehouses using (branch_id)
    where branch_warehouses.branch_id is null
    group by uses.branch_id
)

select
    'branch_unmapped' as issue,
    'branch' as document_kind,
    branch_id as document_id,
    0::bigint as line_id,
    'error' as severity,
    printf('branch %s: %s', branch_id::varchar, detail) as detail,
    suggestion
from unmapped_branches
union all
select
    'warehouse_setting_without_branch' as issue,
    'branch' as document_kind,
    settings_rows.branch_id as document_id,
    0::bigint as line_id,
    'warning' as severity,
    printf(
        'warehouse %s has branch %s, which Cin7 does not have',
        settings_rows.warehouse, settings_rows.branch_id::varchar
    ) as detail,
    'Correct or delete the row in data/settings/warehouses.csv.' as suggestion
from settings.warehouses as settings_rows
left join core.branch_warehouses as branch_warehouses using (branch_id)
where branch_warehouses.branch_id is null
