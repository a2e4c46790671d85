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
    Cin7, or its first sale's if that was earlier.
  starts_on: First day from then on whose orders are known, local date; null where none is.
  is_stockless: True where it sells whether or not any is on hand, as do kits, what is bought or
    made to order, and everything where the settings say so.
*/
with

names as (
    select
        lines.kind,
        lines.sku,
        lines.warehouse,
        min(lines.day_on) as first_on,
        min(options.created_on) as created_on
    from core.series_lines as lines
    left join core.items as items using (product_option_id, size)
    left join staging.product_options as options using (product_option_id, size)
    where coalesce(items.is_stocked, true)
    group by lines.kind, lines.sku, lines.warehouse
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
    least(names.first_on, names.created_on) as exists_on,
    known_days.day_on as starts_on,
    stockless_skus.sku is not null or getvariable('sells_without_stock') as is_stockless
from names
asof left join core.covered_days as known_days
    on least(names.first_on, names.created_on) <= known_days.day_on
left join stockless_skus using (sku)
