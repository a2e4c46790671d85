/*
about: >-
  Branches that belong to no warehouse, settings without a branch, and what is left out with
  branches that are not active in Cin7; one row per issue and branch.
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
),

-- Most accounts have none of these, and then nothing is looked up.
closed_branches as (
    select
        branches.branch_id,
        branches.branch_name,
        branches.warehouse
    from core.branch_warehouses as branches
    inner join core.warehouses as warehouses using (warehouse)
    where not branches.is_active and not warehouses.is_enabled
),

closed_sales as (
    select
        documents.branch_id,
        sum(items.quantity)::decimal(18, 4) as quantity
    from core.documents as documents
    semi join closed_branches using (branch_id)
    cross join core.today as today
    inner join core.document_line_items as items using (document_kind, document_id)
    inner join core.line_exclusions as rules
        on
            items.line_number = rules.line_number
            and items.size = rules.size
            and rules.rule = 'warehouse_disabled'
    where
        documents.document_kind = 'sales_order' and documents.completed_on > today.today_on - 365
    group by documents.branch_id
),

closed_stock as (
    select
        branch_id,
        sum(on_hand)::decimal(18, 4) as quantity
    from core.branch_stock
    where is_current
    group by branch_id
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
union all
select
    'branch_not_active' as issue,
    'branch' as document_kind,
    branches.branch_id as document_id,
    0::bigint as line_id,
    'warning' as severity,
    printf(
        'branch %s (%s) is not active in Cin7 and left out with %s units sold in a year and %s on '
        || 'hand',
        branches.branch_id::varchar,
        coalesce(branches.branch_name, ''),
        coalesce(sales.quantity, 0)::varchar,
        coalesce(stock.quantity, 0)::varchar
    ) as detail,
    'Where others sell in its place, add it to their warehouse in data/settings/warehouses.csv, so '
    || 'that they have its demand; move its stock in Cin7.' as suggestion
from closed_branches as branches
left join closed_sales as sales using (branch_id)
left join closed_stock as stock using (branch_id)
where coalesce(sales.quantity, 0) <> 0 or coalesce(stock.quantity, 0) <> 0
