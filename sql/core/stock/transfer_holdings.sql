/*
about: >-
  Units that dispatched transfers hold in Cin7's stock list. Accounts differ in whose row carries
  them: the receiving warehouse's where that explains more of the holding there is, else the
  sending one's. One row per option, size and warehouse.
grain: [product_option_id, size, warehouse]
columns:
  product_option_id: Cin7 id of the option.
  size: Size of the item; '' when unsized.
  warehouse: Warehouse whose row of the stock list holds the units.
  sku: The item's sku.
  quantity: Open units of Active transfers.
*/
with

sides as (
    select
        lines.product_option_id,
        lines.size,
        lines.sku,
        lines.open_quantity,
        unnest([false, true]) as is_receiving,
        unnest([transfers.source_warehouse, transfers.destination_warehouse]) as warehouse
    from core.transfer_lines as lines
    inner join core.transfers as transfers using (transfer_id)
    where transfers.state = 'Active'
),

held as (
    select
        is_receiving,
        product_option_id,
        size,
        warehouse,
        min(sku) as sku,
        sum(open_quantity)::decimal(18, 4) as quantity
    from sides
    group by is_receiving, product_option_id, size, warehouse
),

explained as (
    select
        held.is_receiving,
        sum(least(held.quantity, greatest(stock.holding, 0))) as quantity
    from held
    inner join core.stock_positions as stock using (product_option_id, size, warehouse)
    group by held.is_receiving
),

carrier as (
    select
        coalesce(max(quantity) filter (where is_receiving), 0)
        > coalesce(max(quantity) filter (where not is_receiving), 0) as is_receiving
    from explained
)

select
    held.product_option_id,
    held.size,
    held.warehouse,
    held.sku,
    held.quantity
from held
inner join carrier using (is_receiving)
