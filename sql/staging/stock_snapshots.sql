/*
about: >-
  The last stock read of each local day, renamed, but for what was read under a clock that was
  ahead. One row per day, option, size and branch.
grain: [snapshot_on, product_option_id, size, branch_id]
columns:
  snapshot_on: Local day of the snapshot.
  product_option_id: Cin7 id of the option.
  size: Size; '' when unsized.
  branch_id: Branch the stock is at.
  product_id: Product the option belongs to.
  code: Code of the item in the stock list.
  on_hand: Units on hand.
  open_sales: Units on approved, undispatched sales orders.
  available: Units on hand less open sales, as Cin7 says.
  incoming: Units on approved, unreceived purchase orders.
  virtual: Kits that could be built.
  holding: Units set aside, dispatched transfers among them.
  read_at: When the snapshot was read (UTC).
*/
select
    snapshot_on,
    product_option_id,
    coalesce(size, '') as size,
    branch_id,
    nullif(product_id, 0) as product_id,
    code,
    stock_on_hand as on_hand,
    open_sales,
    available,
    incoming,
    virtual,
    holding,
    timezone('UTC', read_at) as read_at
from raw.stock_snapshots
where coalesce(isfinite(read_at), true)
