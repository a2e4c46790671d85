/*
about: >-
  Stock before the first snapshot, walked back from it by movements, as spans of days with the same
  stock; a day that the settings give is a span of its own. One row per option, size, warehouse and
  first day of the span.
grain: [product_option_id, size, warehouse, first_on]
columns:
  product_option_id:
  size: Size of the item; '' when unsized.
  warehouse: Warehouse.
  first_on: First day that ended with this stock.
  last_on: Last such day.
  on_hand: Units on hand at the end of each of these days.
  is_imported: True where the settings say so.
*/
with

imported as (
    select
        items.product_option_id,
        items.size,
        days.warehouse,
        days.day_on,
        days.on_hand
    from settings.stock_history as days
    inner join core.coded_items as items on days.sku = items.code
    left join core.first_snapshots as snapshots
        on
            items.product_option_id = snapshots.product_option_id
            and items.size = snapshots.size
            and days.warehouse = snapshots.warehouse
    cross join core.today as today
    where days.day_on < coalesce(snapshots.snapshot_on, today.today_on)
),

changes as (
    select
        movements.product_option_id,
        movements.size,
        movements.warehouse,
        movements.day_on,
        movements.quantity
    from core.stock_movements as movements
    inner join core.first_snapshots as snapshots using (product_option_id, size, warehouse)
    where movements.day_on > snapshots.first_on and movements.day_on <= snapshots.closed_on
    union all
    select
        product_option_id,
        size,
        warehouse,
        first_on as day_on,
        0 as quantity
    from core.first_snapshots
    union all
    select
        product_option_id,
        size,
        warehouse,
        unnest([day_on, day_on + 1]) as day_on,
        0 as quantity
    from imported
),

days as (
    select
        product_option_id,
        size,
        warehouse,
        day_on,
        sum(quantity) as quantity
    from changes
    group by product_option_id, size, warehouse, day_on
),

walked as (
    select
        days.product_option_id,
        days.size,
        days.warehouse,
        days.day_on as first_on,
        coalesce(
            lead(days.day_on) over until_day - 1, snapshots.snapshot_on - 1, days.day_on
        ) as last_on,
        snapshots.on_hand + sum(days.quantity) over until_day
        - sum(days.quantity) over (
            partition by days.product_option_id, days.size, days.warehouse
        ) as walked_quantity,
        snapshots.first_on as known_from_on,
        snapshots.snapshot_on
    from days
    left join core.first_snapshots as snapshots using (product_option_id, size, warehouse)
    window until_day as (
        partition by days.product_option_id, days.size, days.warehouse
        order by days.day_on
    )
)

select
    walked.product_option_id,
    walked.size,
    walked.warehouse,
    walked.first_on,
    walked.last_on,
    coalesce(
        imported.on_hand,
        case when walked.first_on >= walked.known_from_on then walked.walked_quantity end
    )::decimal(18, 4) as on_hand,
    imported.on_hand is not null as is_imported
from walked
left join imported
    on
        walked.product_option_id = imported.product_option_id
        and walked.size = imported.size
        and walked.warehouse = imported.warehouse
        and walked.first_on = imported.day_on
where
    walked.first_on < coalesce(walked.snapshot_on, date '9999-12-31')
    and (imported.on_hand is not null or walked.first_on >= walked.known_from_on)
