/*
about: Each purchase order line and each transfer line is one row of replenishments, units kept.
*/
with

lines as (
    select
        'purchase_order' as kind,
        count(*) as line_count,
        sum(open_quantity) as open_quantity
    from planning.purchase_order_lines
    union all
    select
        'transfer' as kind,
        count(*) as line_count,
        sum(open_quantity) as open_quantity
    from planning.transfer_lines
),

rows_here as (
    select
        kind,
        count(*) as line_count,
        sum(open_quantity) as open_quantity
    from planning.replenishments
    group by kind
)

select
    lines.kind,
    lines.line_count,
    rows_here.line_count as line_count_here
from lines
left join rows_here using (kind)
where
    lines.line_count <> coalesce(rows_here.line_count, 0)
    or coalesce(lines.open_quantity, 0) <> coalesce(rows_here.open_quantity, 0)
