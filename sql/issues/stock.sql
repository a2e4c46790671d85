/*
about: >-
  Warehouses of which Cin7 says that they have less than nothing of items that are kept in stock.
  One row per warehouse, under the first of its branches.
grain: [issue, document_kind, document_id, line_id]
columns:
  issue:
  document_kind:
  document_id:
  line_id: Always 0.
  severity:
  detail:
  suggestion:
*/
with

counts as (
    select
        stock.warehouse,
        any_value(warehouses.first_branch_id) as branch_id,
        count(*) as item_count,
        sum(stock.on_hand)::decimal(18, 4) as on_hand,
        arg_min(stock.sku, (stock.on_hand, stock.sku)) as lowest_sku,
        min(stock.on_hand) as lowest
    from core.stock_positions as stock
    inner join core.items as items using (product_option_id, size)
    inner join core.warehouses as warehouses using (warehouse)
    where
        not getvariable('sells_without_stock')
        and stock.on_hand < 0
        and items.is_stocked
        and warehouses.is_enabled
    group by stock.warehouse
)

select
    'stock_below_zero' as issue,
    'branch' as document_kind,
    coalesce(branch_id, 0) as document_id,
    0::bigint as line_id,
    'warning' as severity,
    warehouse || ': ' || item_count || ' items have less than nothing on hand, '
    || on_hand || ' units in all; "' || lowest_sku || '" has ' || lowest as detail,
    'Receive in Cin7 what has come (transfers above all), or count the items there; until then '
    || 'projected_stock and suggested orders take it as nothing on hand.'
        as suggestion
from counts
