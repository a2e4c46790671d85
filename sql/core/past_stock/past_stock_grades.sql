/*
about: >-
  How far the stock that is walked back can be believed, by what it is and by whether movements
  lead from the first snapshot to the last. One row per option, size and warehouse.
grain: [product_option_id, size, warehouse]
columns:
  product_option_id:
  size:
  warehouse: Warehouse.
  grade: A (never below 0, and movements lead exactly from the first snapshot to the last, where
    there are two), B (below 0 on a day of a hundred at most, and off by 2 % of what moved at most)
    or C.
  negative_share: Share of the days before the first snapshot that would end below 0.
  residual_quantity: Units of the last snapshot that movements since the first do not explain; null
    where there is one snapshot only.
  moved_quantity: Units that came and that left between the two.
checks:
  grade_is_known: grade in ('A', 'B', 'C')
*/
with

spans as (
    select
        product_option_id,
        size,
        warehouse,
        sum(case when on_hand < 0 then last_on - first_on + 1 else 0 end)
        / sum(last_on - first_on + 1) as negative_share
    from core.past_stock_spans
    where not is_imported
    group by product_option_id, size, warehouse
),

moved as (
    select
        snapshots.product_option_id,
        snapshots.size,
        snapshots.warehouse,
        sum(movements.quantity) as quantity,
        sum(movements.moved_quantity) as moved_quantity
    from core.first_snapshots as snapshots
    inner join core.stock_movements as movements using (product_option_id, size, warehouse)
    where
        movements.day_on > snapshots.closed_on and movements.day_on <= snapshots.last_closed_on
    group by snapshots.product_option_id, snapshots.size, snapshots.warehouse
),

residuals as (
    select
        product_option_id,
        size,
        warehouse,
        spans.negative_share,
        case
            when snapshots.last_closed_on > snapshots.closed_on
                then
                    snapshots.last_on_hand - snapshots.on_hand - coalesce(moved.quantity, 0)
        end as residual_quantity,
        coalesce(moved.moved_quantity, 0) as moved_quantity
    from spans
    inner join core.first_snapshots as snapshots using (product_option_id, size, warehouse)
    left join moved using (product_option_id, size, warehouse)
)

select
    product_option_id,
    size,
    warehouse,
    case
        when negative_share = 0 and coalesce(residual_quantity, 0) = 0 then 'A'
        when
            negative_share <= 0.01
            and abs(coalesce(residual_quantity, 0)) <= 0.02 * moved_quantity
            then 'B'
        else 'C'
    end as grade,
    negative_share,
    residual_quantity::decimal(18, 4) as residual_quantity,
    moved_quantity::decimal(18, 4) as moved_quantity
from residuals
