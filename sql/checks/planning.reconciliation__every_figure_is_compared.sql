/*
about: Both sides of each measure add up to what the stock list and the documents say.
*/
with

stock as (
    select
        coalesce(sum(incoming), 0) as incoming,
        coalesce(sum(open_sales), 0) as open_sales,
        coalesce(sum(holding), 0) as holding,
        coalesce(sum(available), 0) as available
    from planning.inventory
),

orders as (
    select coalesce(sum(open_quantity), 0) as incoming
    from planning.purchase_order_lines
    where state = 'Active'
),

transfers as (
    select coalesce(sum(open_quantity), 0) as holding
    from planning.transfer_lines
    where state = 'Active'
),

told as (
    select
        coalesce(sum(cin7) filter (where measure = 'incoming'), 0) as cin7_incoming,
        coalesce(sum(cin7) filter (where measure = 'open_sales'), 0) as cin7_open_sales,
        coalesce(sum(cin7) filter (where measure = 'holding'), 0) as cin7_holding,
        coalesce(sum(cin7) filter (where measure = 'available'), 0) as cin7_available,
        coalesce(sum(ours) filter (where measure = 'incoming'), 0) as our_incoming,
        coalesce(sum(ours) filter (where measure = 'holding'), 0) as our_holding
    from planning.reconciliation
)

select
    told.cin7_incoming,
    told.cin7_open_sales,
    told.cin7_holding,
    told.cin7_available,
    told.our_incoming,
    told.our_holding
from told
cross join stock
cross join orders
cross join transfers
where
    told.cin7_incoming <> stock.incoming
    or told.cin7_open_sales <> stock.open_sales
    or told.cin7_holding <> stock.holding
    or told.cin7_available <> stock.available
    or told.our_incoming <> orders.incoming
    or told.our_holding <> transfers.holding
