/*
about: >-
  The time series that are kept and forecast, numbered in the order of their names: demand first,
  then what kits without a bill take of their components, then what leaves the shelf without being
  demand; none of what is not kept in stock. One row per
  kind, sku and warehouse; two whose names are the same by chance are one series.
grain: [series_number, sku, warehouse]
columns:
  series_number: Place of the series among all, from 1.
  kind: demand, kits or left_out; see core.series_lines.
  unique_id: Name of the series, sku|warehouse; items that share a sku are added up.
  sku: The items' sku.
  warehouse: Warehouse that sells.
  first_on: Day of its first sale or return, local date.
  exists_on: Day from which it could have sold, local date; the day its oldest item was created in
    Cin7, or its first sale's if that was earlier, but not before the account began to sell.
  starts_on: First day from then on whose orders are known, local date; null where none is.
  is_stockless: True where it sells whether or not any is on hand, as do kits, what is bought or
    made to order, and everything where the settings say so.
*/
with

lines as (
    select
        lines.kind,
        lines.sku,
        lines.warehouse,
        lines.day_on,
        lines.sold_quantity,
        options.created_on
    from core.series_lines as lines
    left join core.items as items using (product_option_id, size)
    left join staging.product_options as options using (product_option_id, size)
    where coalesce(items.is_stocked, true)
),

names as (
    select
        kind,
        sku,
        warehouse,
        min(day_on) as first_on,
        min(created_on) as created_on
    from lines
    group by kind, sku, warehouse
),

sale_days as (
    select distinct lines.day_on
    from lines
    inner join core.today as today on lines.day_on < today.today_on
    where lines.kind = 'demand' and lines.sold_quantity > 0
),

-- Where something sold on seven days and on every other, that nothing did before is no chance.
openings as (
    select
        case
            when count(*) >= 7 and 2 * count(*) >= any_value(today.today_on) - min(sale_days.day_on)
                then min(sale_days.day_on)
        end as opened_on
    from sale_days
    cross join core.today as today
),

existing as (
    select
        names.*,
        greatest(least(names.first_on, names.created_on), openings.opened_on) as exists_on
    from names
    cross join openings
),

-- What sells without stock is in it all the time.
stockless_skus as (
    select distinct sku
    from core.items
    where not is_sold_from_stock
)

select
    (
        dense_rank() over (order by names.kind, names.sku || '|' || names.warehouse)
    )::integer as series_number,
    names.kind,
    names.sku || '|' || names.warehouse as unique_id,
    names.sku,
    names.warehouse,
    names.first_on,
    names.exists_on,
    known_days.day_on as starts_on,
    stockless_skus.sku is not null or getvariable('sells_without_stock') as is_stockless
from existing as names
asof left join core.covered_days as known_days on names.exists_on <= known_days.day_on
left join stockless_skus using (sku)
