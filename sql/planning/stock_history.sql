/*
about: >-
  Stock on hand of the days before the first snapshot, which planning.inventory_daily begins with:
  walked back from it by what documents moved, or as data/settings/stock_history.csv gives it. One
  row per option, size, warehouse and span of days that ended with the same stock.
grain: [product_option_id, size, warehouse, first_on]
sorted_by: [sku, warehouse, first_on]
example: |
  -- How much of the past is seen, and how much walked back from movements?
  select origin, grade, count(*) as spans, min(first_on) as since from planning.stock_history
  group by all order by all
columns:
  product_option_id: Cin7 id of the option.
  size: Size of the item; '' when unsized.
  warehouse: Warehouse.
  first_on: First day that ended with this stock, local date.
  last_on: Last such day, local date.
  sku: Code of the item, verbatim.
  on_hand: Units on hand at the end of each of these days, in stocking units.
  origin: reconstructed (walked back) or imported (of the settings); what planning.inventory_daily
    has was observed.
  grade: How far it can be believed; A (never below 0, and movements lead exactly from the first
    snapshot to the last, where there are two), B (below 0 on a day of a hundred at most, and off by
    2 % of what moved at most), C (worse); null where it is imported.
  is_in_stock: True where some was on hand, false where none; null where the grade is C.
checks:
  days_follow: first_on <= last_on
  origin_is_known: origin in ('reconstructed', 'imported')
  below_b_nothing_is_said: grade is distinct from 'C' or is_in_stock is null
*/
select
    spans.product_option_id,
    spans.size,
    spans.warehouse,
    spans.first_on,
    spans.last_on,
    items.sku,
    spans.on_hand,
    case when spans.is_imported then 'imported' else 'reconstructed' end as origin,
    case when not spans.is_imported then grades.grade end as grade,
    case when spans.is_imported or grades.grade in ('A', 'B') then spans.on_hand > 0 end
        as is_in_stock
from core.past_stock_spans as spans
inner join core.items as items using (product_option_id, size)
left join core.past_stock_grades as grades using (product_option_id, size, warehouse)
