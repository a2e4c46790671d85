/*
about: Production jobs, renamed and dated locally; one row per job.
grain: [production_job_id]
columns:
  production_job_id: Cin7 id of the job.
  order_number: Reference of the job.
  branch_id: Branch that makes and takes the stock.
  is_approved:
  source: Where the job came from.
  due_on: Planned completion, local date.
  completed_on: Day the stock moved, local date.
  created_at:
  created_on:
  modified_at: When it was last changed in Cin7 (UTC).
  read_at: When this version was read (UTC).
  deleted_at:
*/
select
    id as production_job_id,
    reference as order_number,
    nullif(branch_id, 0) as branch_id,
    is_approved,
    source,
    timezone(getvariable('time_zone'), due_date)::date as due_on,
    timezone(getvariable('time_zone'), completed_date)::date as completed_on,
    timezone('UTC', created_date) as created_at,
    timezone(getvariable('time_zone'), created_date)::date as created_on,
    timezone('UTC', modified_date) as modified_at,
    timezone('UTC', read_at) as read_at,
    timezone('UTC', deleted_at) as deleted_at
from raw.production_jobs
