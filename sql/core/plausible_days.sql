/*
about: >-
  The days that a date in Cin7 can be of; what lies outside was mistyped, and is read as unset. One
  row.
grain: [first_on]
columns:
  first_on: A year before the oldest record that is held, as what was open moved here with its
    dates; 2000-01-01 where no record is dated.
  last_on: Two years after today.
checks:
  days_are_few: last_on - first_on < 40000
*/
with

records as (
    select created_at from staging.sales_orders
    union all
    select created_at from staging.purchase_orders
    union all
    select created_at from staging.branch_transfers
    union all
    select created_at from staging.credit_notes
    union all
    select created_at from staging.adjustments
    union all
    select created_at from staging.production_jobs
    union all
    select created_at from staging.products
    union all
    select created_at from staging.product_options
    union all
    select created_at from staging.branches
    union all
    select created_at from staging.contacts
),

-- A record's own creation can be mistyped too; Cin7 is younger than the year 2000.
oldest as (
    select min(records.created_at) as created_at
    from records
    cross join core.today as today
    where records.created_at between '2000-01-01' and today.as_of_at
)

select
    greatest(oldest.created_at::date - 366, '2000-01-01'::date) as first_on,
    today.today_on + 730 as last_on
from oldest
cross join core.today as today
