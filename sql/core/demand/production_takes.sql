/*
about: >-
  What completed production jobs took off the shelf, by the day that they were completed; items that
  are not kept in stock are none. One row per product of a job and component.
grain: [production_job_id, line_id, product_option_id, size]
columns:
  production_job_id:
  line_id:
  product_option_id: Option of the component.
  size: Size of the component; '' unless it has one only.
  sku: The component's sku.
  warehouse: Warehouse of the job's branch; unmapped where the branch is not known.
  day_on: Day the job was completed, local date.
  quantity: Units that were taken.
*/
with

parts as (
    select
        parts.production_job_id,
        parts.line_id,
        coalesce(linked.product_option_id, coded.product_option_id) as product_option_id,
        coalesce(linked.size, coded.size) as size,
        coalesce(branches.warehouse, 'unmapped') as warehouse,
        jobs.completed_on as day_on,
        parts.actual_quantity as quantity
    from staging.production_job_components as parts
    inner join staging.production_jobs as jobs using (production_job_id)
    cross join core.plausible_numbers as limits
    cross join core.plausible_days as days
    cross join core.today as today
    left join core.linked_items as linked
        on parts.product_option_id = linked.product_option_id and linked.line_size = ''
    left join core.coded_items as coded on parts.code = coded.code
    left join core.branch_warehouses as branches using (branch_id)
    where
        jobs.is_approved
        and jobs.deleted_at is null
        and jobs.completed_on between days.first_on and today.today_on
        and parts.actual_quantity > 0
        and parts.actual_quantity < limits.unit_limit
)

select
    parts.production_job_id,
    parts.line_id,
    parts.product_option_id,
    parts.size,
    items.sku,
    parts.warehouse,
    parts.day_on,
    sum(parts.quantity)::decimal(18, 4) as quantity
from parts
inner join core.items as items using (product_option_id, size)
left join core.warehouses as warehouses using (warehouse)
where
    items.is_stocked
    and (parts.warehouse = 'unmapped' or coalesce(warehouses.is_enabled, true))
group by
    parts.production_job_id,
    parts.line_id,
    parts.product_option_id,
    parts.size,
    items.sku,
    parts.warehouse,
    parts.day_on
