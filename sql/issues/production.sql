/*
about: >-
  What production took of each warehouse in the last 90 days, and what its open jobs are to make:
  the first is no demand, the second no supply. One row per issue and warehouse, under the first of
  its branches.
grain: [issue, document_kind, document_id, line_id]
columns:
  issue:
  document_kind:
  document_id:
  line_id:
  severity:
  detail:
  suggestion:
*/
with

takes as (
    select
        takes.warehouse,
        count(distinct takes.product_option_id) as item_count,
        sum(takes.quantity)::decimal(18, 4) as quantity
    from core.production_takes as takes
    inner join core.today as today on takes.day_on >= today.today_on - 90
    group by takes.warehouse
),

open_jobs as (
    select
        jobs.production_job_id,
        coalesce(jobs.order_number, jobs.production_job_id::varchar) as order_name,
        coalesce(branches.warehouse, 'unmapped') as warehouse,
        sum(greatest(lines.standard_quantity - coalesce(lines.actual_quantity, 0), 0)) as quantity
    from staging.production_jobs as jobs
    inner join staging.production_job_products as lines using (production_job_id)
    cross join core.plausible_numbers as limits
    left join core.branch_warehouses as branches using (branch_id)
    where
        jobs.is_approved
        and jobs.completed_on is null
        and jobs.deleted_at is null
        and coalesce(lower(lines.product_type), '') not in ('use', 'addon')
        and abs(lines.standard_quantity) < limits.unit_limit
        and abs(coalesce(lines.actual_quantity, 0)) < limits.unit_limit
    group by
        jobs.production_job_id, jobs.order_number, branches.warehouse
),

open_warehouses as (
    select
        warehouse,
        count(*) as job_count,
        sum(quantity)::decimal(18, 4) as quantity,
        arg_max(order_name, production_job_id) as newest
    from open_jobs
    where quantity > 0
    group by warehouse
)

select
    'taken_by_production' as issue,
    'branch' as document_kind,
    coalesce(warehouses.first_branch_id, 0) as document_id,
    0::bigint as line_id,
    'info' as severity,
    printf(
        '%s: production took %s units of %s items in the last 90 days',
        takes.warehouse, takes.quantity::varchar, takes.item_count::varchar
    ) as detail,
    'Stock is projected with them; planning.demand_daily and demand_series, and what is forecast '
    || 'from them, do not know them.' as suggestion
from takes
left join core.warehouses as warehouses using (warehouse)
union all
select
    'production_not_expected' as issue,
    'branch' as document_kind,
    coalesce(warehouses.first_branch_id, 0) as document_id,
    0::bigint as line_id,
    'warning' as severity,
    printf(
        '%s: open production jobs are to make %s units (%s jobs, %s is the newest)',
        jobs.warehouse, jobs.quantity::varchar, jobs.job_count::varchar, jobs.newest
    ) as detail,
    'Planning counts neither on what they make nor on what they will take; look at them before '
    || 'ordering either.' as suggestion
from open_warehouses as jobs
left join core.warehouses as warehouses using (warehouse)
