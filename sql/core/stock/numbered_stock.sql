/*
about: >-
  Stock at and on its way to each warehouse, branches added up, now and at the end of each day
  with a snapshot; sku, warehouse and reading are one number, for there is a row per day of history
  to sort. core.stock_days has them apart. One row per reading, item and warehouse.
grain: [place_key, item_number]
sorted_by: [place_key, item_number]
columns:
  place_key: From the highest bit down, the number of the item's sku, else of its code in the stock
    list; 14 bits of the warehouse's number; 22 bits of days from 1970 to the snapshot, or to today;
    and 1 bit that is set for the stock as it was last read.
  item_number:
  on_hand: Units on hand.
  open_sales: Units on approved, undispatched sales orders, as Cin7 says.
  available: Units on hand less open sales, as Cin7 says.
  incoming: Units on approved, unreceived purchase orders, as Cin7 says.
  in_transit: Units on their way from another warehouse.
  holding: Units set aside, as Cin7 says.
  virtual: Kits that could be built, as Cin7 says.
*/
with

stocked_branches as (
    select branch_id
    from staging.stock
    union
    select branch_id
    from staging.stock_snapshots
),

-- Alone is a branch where no other of its warehouse has stock; branches that Cin7 does not list
-- are unmapped too, so that none is alone there.
branches as (
    select
        branch_id,
        numbers.warehouse_number,
        branches.warehouse <> 'unmapped'
        and count(*) over (partition by branches.warehouse) = 1 as is_alone
    from core.branch_warehouses as branches
    inner join stocked_branches using (branch_id)
    inner join core.warehouse_numbers as numbers using (warehouse)
),

numbered as (
    select
        items.item_number,
        items.sku_number,
        stock.code is not null as has_code,
        (coalesce(branches.warehouse_number, unmapped.warehouse_number)::bigint << 23)
        | ((stock.snapshot_on - date '1970-01-01') << 1)
        | stock.is_current::integer as reading_key,
        coalesce(branches.is_alone, false) as is_alone,
        stock.on_hand,
        stock.open_sales,
        stock.available,
        stock.incoming,
        stock.holding,
        stock.virtual
    from core.branch_stock as stock
    inner join core.item_numbers as items
        on
            stock.product_option_id = items.product_option_id
            and stock.size = items.size
            and (items.is_listed or items.sku = coalesce(stock.code, ''))
    inner join core.warehouse_numbers as unmapped on unmapped.warehouse = 'unmapped'
    left join branches using (branch_id)
),

-- There is a row per day of history: only what branches share is added up, because that is slow.
warehouse_stock as (
    select * exclude (has_code, is_alone)
    from numbered
    where is_alone
    union all by name
    select
        item_number,
        reading_key,
        coalesce(min(sku_number) filter (where has_code), min(sku_number)) as sku_number,
        sum(on_hand)::decimal(18, 4) as on_hand,
        sum(open_sales)::decimal(18, 4) as open_sales,
        sum(available)::decimal(18, 4) as available,
        sum(incoming)::decimal(18, 4) as incoming,
        sum(holding)::decimal(18, 4) as holding,
        sum(virtual)::decimal(18, 4) as virtual
    from numbered
    where not is_alone
    group by item_number, reading_key
)

select
    (coalesce(stock.sku_number, in_transit.sku_number)::bigint << 37) | reading_key as place_key,
    item_number,
    coalesce(stock.on_hand, 0) as on_hand,
    coalesce(stock.open_sales, 0) as open_sales,
    coalesce(stock.available, 0) as available,
    coalesce(stock.incoming, 0) as incoming,
    coalesce(in_transit.in_transit, 0) as in_transit,
    coalesce(stock.holding, 0) as holding,
    coalesce(stock.virtual, 0) as virtual
from warehouse_stock as stock
full join core.in_transit_stock as in_transit using (item_number, reading_key)
