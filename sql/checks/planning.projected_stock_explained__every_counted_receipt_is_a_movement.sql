/*
about: >-
  Each line that planning counts on within the horizon is one movement, with all its units, and
  no other purchase order or transfer is.
*/
with

counted as (
    select
        kind,
        document_id,
        line_id,
        sum(open_quantity) as quantity
    from planning.replenishments
    where is_counted and expected_on <= (select max(day_on) from planning.projected_stock)
    group by kind, document_id, line_id
),

published as (
    select
        kind,
        document_id,
        line_id,
        sum(quantity) as quantity
    from planning.projected_stock_explained
    where kind in ('purchase_order', 'transfer')
    group by kind, document_id, line_id
)

select
    kind,
    document_id,
    line_id,
    counted.quantity,
    published.quantity as published_quantity
from counted
full join published using (kind, document_id, line_id)
where counted.quantity is distinct from published.quantity
