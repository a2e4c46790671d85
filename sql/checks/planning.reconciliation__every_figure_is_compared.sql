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

published as (
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
    published.cin7_incoming,
    published.cin7_open_sales,
    published.cin7_holding,
    published.cin7_available,
    published.our_incoming,
    published.our_holding
from published
cross join stock
cross join orders
cross join transfers
where
    published.cin7_incoming <> stock.incoming
    or published.cin7_open_sales <> stock.open_sales
    or published.cin7_holding <> stock.holding
    or published.cin7_available <> stock.available
    or published.our_incoming <> orders.incoming
    or published.our_holding <> transfers.holding
