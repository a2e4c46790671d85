/*
about: >-
  Warehouses from which goods leave that the settings leave out of demand; one row per warehouse,
  under the first of its branches.
grain: [issue, document_kind, document_id, line_id]
columns:
  issue:
  document_kind:
  document_id:
  line_id:
  severity:
  detail:
  suggestion:
*/
with

shares as (
    select
        lines.warehouse,
        sum(lines.sold_quantity)::decimal(18, 4) as quantity,
        coalesce(sum(lines.sold_quantity) filter (where lines.left_out_by is not null), 0)
        ::decimal(18, 4) as left_out_quantity,
        string_agg(distinct lines.left_out_by, ', ' order by lines.left_out_by) as left_out_by
    from core.depletion_lines as lines
    inner join core.today as today on lines.day_on >= today.today_on - 90
    where lines.sold_quantity > 0
    group by lines.warehouse
)

select
    'left_out_of_demand' as issue,
    'branch' as document_kind,
    coalesce(warehouses.first_branch_id, 0) as document_id,
    0::bigint as line_id,
    'warning' as severity,
    printf(
        '%s: %s of the %s units that left in the last 90 days (%.0f %%) are no demand: %s',
        shares.warehouse,
        shares.left_out_quantity::varchar,
        shares.quantity::varchar,
        100 * shares.left_out_quantity::double / shares.quantity::double,
        shares.left_out_by
    ) as detail,
    'Stock is projected with them; planning.demand_daily and demand_series, and what is forecast '
    || 'from them, do not know them. Include the channel in data/settings/channels.csv if it sells '
    || 'from this stock and from nowhere else.' as suggestion
from shares
left join core.warehouses as warehouses using (warehouse)
where shares.left_out_quantity > 0
