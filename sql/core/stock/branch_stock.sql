/*
about: >-
  Stock at each branch as it was last read, and of each day with a snapshot; a quantity that cannot
  be is unset. One row per reading, option, size and branch.
grain: [is_current, snapshot_on, product_option_id, size, branch_id]
materialized: view
columns:
  is_current: True for the stock as it was last read, false for the snapshot of a day.
  snapshot_on: Local day of the snapshot; of the current stock, today.
  product_option_id:
  size:
  branch_id:
  code:
  on_hand:
  open_sales:
  available:
  incoming:
  holding:
  virtual:
  most_units: The largest of the quantities as Cin7 says it, whatever its sign.
  is_implausible: True where that is more than there can be.
*/
with

readings as (
    select
        true as is_current,
        today.today_on as snapshot_on,
        stock.*
    from staging.stock as stock
    cross join core.today as today
    where stock.deleted_at is null
    union all by name
    select
        false as is_current,
        snapshots.*
    from staging.stock_snapshots as snapshots
),

judged as (
    select
        readings.*,
        limits.unit_limit,
        greatest(
            abs(readings.on_hand),
            abs(readings.open_sales),
            abs(readings.available),
            abs(readings.incoming),
            abs(readings.holding),
            abs(readings.virtual)
        ) as most_units
    from readings
    cross join core.plausible_numbers as limits
)

select
    is_current,
    snapshot_on,
    product_option_id,
    size,
    branch_id,
    code,
    case when abs(on_hand) < unit_limit then on_hand end as on_hand,
    case when abs(open_sales) < unit_limit then open_sales end as open_sales,
    case when abs(available) < unit_limit then available end as available,
    case when abs(incoming) < unit_limit then incoming end as incoming,
    case when abs(holding) < unit_limit then holding end as holding,
    case when abs(virtual) < unit_limit then virtual end as virtual,
    most_units,
    coalesce(most_units >= unit_limit, false) as is_implausible
from judged
