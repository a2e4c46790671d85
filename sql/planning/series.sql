/*
about: >-
  What the series of planning.demand_series are, the way back from a forecast to an item, and what
  engines take as static features. One row per series that has a known day.
grain: [unique_id]
sorted_by: [sku, warehouse]
example: |
  -- How many series are smooth, and how many sell now and then?
  select demand_class, count(*) as series, avg(known_days) as mean_days from planning.series
  group by all order by all
columns:
  unique_id: Name of the series, sku|warehouse.
  product_option_id: Cin7 id of the option; the smallest where items share the sku, null where the
    sku is no item's.
  size: Size of the item; '' when unsized.
  warehouse: Warehouse that sells.
  sku: Code of the item, verbatim.
  item_count: Number of items that share the sku, and are added up.
  name: Name of the product.
  category: Category of the product.
  brand: Brand of the product.
  first_on: First day of the series, local date.
  first_sold_on: Day of its first sale or return, local date.
  known_days: Days of the series whose orders were read.
  demand_class: >-
    How it sold in the last 26 weeks; smooth, erratic (amounts differ), intermittent (fewer than
    three of four weeks with sales) or lumpy (both); null where nothing was sold.
checks:
  demand_class_is_known: demand_class in ('smooth', 'erratic', 'intermittent', 'lumpy')
*/
with

names as (
    select
        series_number,
        unique_id,
        min(sku) as sku,
        min(warehouse) as warehouse,
        min(first_on) as first_sold_on,
        min(starts_on) as first_on
    from core.series
    where kind = 'demand' and starts_on < (select today.today_on from core.today as today)
    group by series_number, unique_id
),

known as (
    select
        series_number,
        count(*) filter (is_known) as known_days
    from core.series_days
    group by series_number
),

items as (
    select
        sku,
        count(*) as item_count,
        min(
            {
                'is_deleted': is_deleted,
                'product_option_id': product_option_id,
                'size': size,
                'product_id': product_id
            }
        ) as item
    from core.items
    group by sku
),

-- Weeks in which it could have sold.
weeks as (
    select
        series_number,
        count(*) / nullif(count(*) filter (quantity > 0), 0) as week_interval,
        round(
            pow(
                stddev_pop(quantity) filter (quantity > 0) / avg(quantity) filter (quantity > 0), 2
            ),
            6
        ) as variation
    from core.forecast_weeks
    where week < 26
    group by series_number
)

select
    names.unique_id,
    items.item.product_option_id,
    coalesce(items.item.size, '') as size,
    names.warehouse,
    names.sku,
    coalesce(items.item_count, 0) as item_count,
    products.name,
    products.category,
    products.brand,
    names.first_on,
    names.first_sold_on,
    known.known_days,
    classes.steadiness as demand_class
from names
inner join known using (series_number)
left join items using (sku)
left join staging.products as products on items.item.product_id = products.product_id
left join weeks using (series_number)
left join core.steadiness_classes as classes
    on
        weeks.week_interval >= classes.least_interval
        and weeks.week_interval < classes.below_interval
        and weeks.variation >= classes.least_variation
        and weeks.variation < classes.below_variation
