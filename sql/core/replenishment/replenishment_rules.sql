/*
about: >-
  What the settings say of how items are replenished: rows of replenishment.csv, of Cin7's export of
  safety and optimal stock, and what holds where nobody says anything. One row per rule.
grain: [place]
columns:
  place: Where it stands; file and line, or built in.
  rank: Which rule decides where several name an item; the highest that says something.
  sku: Code of the item; null for all.
  supplier_id: Supplier of the items; null for all.
  category: Category of the items; null for all.
  warehouse: Warehouse; null for all.
  is_planned: False where nothing is to be ordered.
  review_days: Days between two looks at the plan.
  lead_days: Days from order to receipt.
  service_level: Chance that a cycle ends without a stock-out.
  safety_days: Days of demand kept in reserve, in the place of a service level.
  min_stock: Units below which it is ordered.
  max_stock: Units beyond which nothing is ordered; beside min_stock what is filled up to.
  moq: Least units of an order.
  multiple: Units of a pack.
  source: supplier, or the warehouse it comes from.
*/
with

rules as (
    select
        case when line = 0 then 'built in' else 'replenishment.csv line ' || line end as place,
        case
            when line = 0 then 0
            when sku is not null then 70
            when supplier_id is not null then 50
            when category is not null then 30
            else 10
        end + case when warehouse is not null then 10 else 0 end + 1 as rank,
        * exclude (line)
    from settings.replenishment
),

-- Of several branches of one name the first is meant.
named_branches as (
    select
        branch_name,
        arg_min(warehouse, branch_id) as warehouse
    from core.branch_warehouses
    group by branch_name
),

-- Several branches of one warehouse add up; a row without a branch holds for every warehouse.
stocktake as (
    select
        'stocktake_master.csv line ' || string_agg(lines.line::varchar, ', ' order by lines.line)
            as place,
        case when branches.warehouse is null then 70 else 80 end as rank,
        lines.sku,
        branches.warehouse,
        sum(lines.safety_stock)::decimal(18, 4) as min_stock,
        sum(lines.optimal_stock)::decimal(18, 4) as max_stock
    from settings.stocktake_master as lines
    left join named_branches as branches on lines.branch = branches.branch_name
    where lines.branch is null or branches.branch_name is not null
    group by lines.sku, branches.warehouse
),

all_rules as (
    select * from rules
    union all by name
    select * from stocktake
)

select
    place,
    rank,
    sku,
    supplier_id,
    category,
    warehouse,
    is_planned,
    review_days,
    lead_days,
    service_level,
    safety_days,
    min_stock,
    max_stock,
    moq,
    multiple,
    source
from all_rules
